//! A whole telephone: it answers by itself, speaks and hears, and is told what to press.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use tempfile::TempDir;

use super::process::Process;
use crate::free_port;

pub struct Baresip {
    process: Process,
    folder: TempDir,
    pub port: u16,
    control: u16,
}

const CONFIG: &str = "poll_method epoll
sip_listen 127.0.0.1:@PORT@
call_local_timeout 120
call_max_calls 8
audio_player aubridge,sink
audio_source aufile,@FOLDER@/quiet.wav
audio_alert aufile,/dev/null
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
audio_txmode poll
rtcp_mux no
jitter_buffer_delay 5-10
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module aubridge.so
module ctrl_tcp.so
module srtp.so
module sndfile.so
snd_path @FOLDER@
module_tmp account.so
module_app menu.so
ctrl_tcp_listen 127.0.0.1:@CONTROL@
net_interface 127.0.0.1
";

impl Baresip {
    /// Answers calls, encrypted ones and plain ones.
    pub fn start() -> Self {
        Self::start_as("1000")
    }

    /// The same for calls to this user.
    pub fn start_as(user: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().display().to_string();
        let (port, control) = (free_port(), free_port());
        let config = CONFIG
            .replace("@PORT@", &port.to_string())
            .replace("@CONTROL@", &control.to_string())
            .replace("@FOLDER@", &here);
        let account = format!(
            "<sip:{user}@127.0.0.1:{port}>;regint=0;answermode=auto;mediaenc=srtp;audio_codecs=PCMU/8000/1,PCMA/8000/1\n"
        );
        fs::write(folder.path().join("config"), config).unwrap();
        fs::write(folder.path().join("accounts"), account).unwrap();
        fs::write(folder.path().join("contacts"), "").unwrap();
        let shape = hound::WavSpec {
            channels: 1,
            sample_rate: 8000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(folder.path().join("quiet.wav"), shape).unwrap();
        // It hangs up when there is no more to say.
        for _ in 0..960_000 {
            writer.write_sample(0_i16).unwrap();
        }
        writer.finalize().unwrap();
        let mut process = Process::start("baresip", &["-f", &here], folder.path());
        process.wait_until("baresip did not start", |log| log.contains("baresip is ready"));
        Self {
            process,
            folder,
            port,
            control,
        }
    }

    pub fn press(&self, keys: &str) {
        for key in keys.chars() {
            self.command(&format!(
                "{{\"command\":\"sndcode\",\"params\":\"{key}\",\"token\":\"a\"}}"
            ));
            std::thread::sleep(Duration::from_millis(250));
        }
    }

    pub fn hang_up(&self) {
        self.command("{\"command\":\"hangup\",\"token\":\"a\"}");
    }

    /// All that it heard in the last call, 8,000 samples a second; nothing as long as it hears no voice.
    pub fn heard(&self) -> Vec<i16> {
        let files = fs::read_dir(self.folder.path()).unwrap();
        let mut files: Vec<_> = files
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.to_string_lossy().ends_with("dec.wav"))
            .collect();
        files.sort_by_key(|path| fs::metadata(path).and_then(|found| found.modified()).ok());
        let Some(last) = files.pop() else {
            return Vec::new();
        };
        // While the call lasts, the header does not say how long it is.
        let bytes = fs::read(last).unwrap();
        let sound = bytes.get(44..).unwrap_or_default();
        sound
            .chunks_exact(2)
            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
            .collect()
    }

    pub fn log(&self) -> String {
        self.process.log()
    }

    /// A netstring.
    fn command(&self, json: &str) {
        let mut control = TcpStream::connect(("127.0.0.1", self.control)).unwrap();
        control.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
        write!(control, "{}:{json},", json.len()).unwrap();
        let _ = control.read(&mut [0; 4096]);
    }
}
