//! A telephone that answers every call.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

/// Where it listens.
pub(super) const PORT: u16 = 5068;
/// A voice that sends every packet back.
pub(super) const ECHO: &str = "[media_port]";

/// A `SIPp`, on core 0.
pub(super) struct Phone {
    process: Child,
    _folder: tempfile::TempDir,
}

impl Phone {
    /// Plays the scenario for each of the calls.
    pub(super) fn start(scenario: &str, calls: u32) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("phone.xml"), scenario)?;
        let process = Command::new("taskset")
            .args([
                "-c",
                "0",
                "sipp",
                "-sf",
                "phone.xml",
                "-i",
                "127.0.0.1",
                "-mi",
                "127.0.0.1",
            ])
            .args([
                "-p",
                &PORT.to_string(),
                "-mp",
                "26000",
                "-rtp_echo",
                "-nostdin",
                "-deadcall_wait",
                "100",
            ])
            .args(["-l", "2000", "-m", &(2 * calls).to_string()])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("sipp (packages.txt)")?;
        std::thread::sleep(Duration::from_secs(1));
        Ok(Self {
            process,
            _folder: folder,
        })
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(super) fn ok() -> String {
    "<send><![CDATA[\nSIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\n\
     Content-Length: 0\n\n]]></send>"
        .to_owned()
}

/// Answers at once with a voice at `port`, then does `first` and `then`.
pub(super) fn scenario(port: &str, first: &str, then: &str) -> String {
    let same = "[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]T[call_number]\n[last_Call-ID:]\n[last_CSeq:]\n\
        Contact: <sip:phone@[local_ip]:[local_port]>\n";
    format!(
        "<?xml version=\"1.0\"?>\n<scenario name=\"phone\">\n\
         <recv request=\"INVITE\" crlf=\"true\" rrs=\"true\"><action>\
         <ereg regexp=\".*\" search_in=\"hdr\" header=\"From:\" assign_to=\"them\"/>\
         <ereg regexp=\".*\" search_in=\"hdr\" header=\"To:\" assign_to=\"us\"/></action></recv>\n\
         <send retrans=\"500\"><![CDATA[\nSIP/2.0 200 OK\n{same}Content-Type: application/sdp\n\
         Content-Length: [len]\n\nv=0\no=phone 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [media_ip]\nt=0 0\n\
         m=audio {port} RTP/AVP 0 96\na=rtpmap:96 telephone-event/8000\na=sendrecv\n\n]]></send>\n\
         <recv request=\"ACK\"/>\n{first}\n{then}\n<Reference variables=\"us,them\"/>\n</scenario>\n"
    )
}
