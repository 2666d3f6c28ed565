//! A telephone that plays a scenario of `SIPp`.

use std::fs;
use std::time::Duration;

use tempfile::TempDir;

use super::process::Process;
use crate::free_port;

/// What the telephone does after it was called.
#[derive(Clone, Copy)]
pub enum Behaviour<'a> {
    /// Answers and presses these keys, as events.
    Press(&'a str),
    /// The same after a digest challenge for portcullis/secret.
    PressAfterChallenge(&'a str),
    /// Answers and presses one key by INFO.
    Info(char),
    Silent,
    HangUp,
    Reject(u16),
    RingForever,
}

pub struct Sipp {
    _process: Process,
    _folder: TempDir,
    pub port: u16,
}

impl Sipp {
    /// Whether it can press keys here: it plays them through a raw socket, which takes root. If not, that is on record.
    pub fn may_press() -> bool {
        let is_root = rustix::process::geteuid().is_root();
        if !is_root {
            crate::skipped("SIPp presses keys through a raw socket, which takes root");
        }
        is_root
    }

    /// Takes one call, and presses its keys soon.
    pub fn play(behaviour: Behaviour<'_>) -> Self {
        Self::play_slowly(behaviour, Duration::from_millis(1500))
    }

    /// The same with so much time between the answer and the first key, for those who listen first.
    pub fn play_slowly(behaviour: Behaviour<'_>, pause: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("scenario.xml"), scenario(behaviour, pause)).unwrap();
        let port = free_port();
        let mut process = Process::start(
            "sipp",
            &[
                "-sf",
                "scenario.xml",
                "-i",
                "127.0.0.1",
                "-mi",
                "127.0.0.1",
                "-p",
                &port.to_string(),
                "-mp",
                &free_port().to_string(),
                "-nostdin",
                "-m",
                "1",
                "-timeout",
                "150",
                "-deadcall_wait",
                "100",
                "-trace_err",
                "-error_file",
                "errors.txt",
            ],
            folder.path(),
        );
        // It prints its screen only now and then; its socket is there when nobody else can have it.
        process.wait_until("SIPp did not start", |_| {
            std::net::UdpSocket::bind(("127.0.0.1", port)).is_err()
        });
        Self {
            _process: process,
            _folder: folder,
            port,
        }
    }
}

const SAME: &str = "[last_Via:]\n[last_From:]\n[last_Call-ID:]\n[last_CSeq:]\n";
const TO: &str = "[last_To:];tag=[pid]T[call_number]\n";
const CONTACT: &str = "Contact: <sip:phone@[local_ip]:[local_port];transport=[transport]>\n";

fn send(attributes: &str, text: &str) -> String {
    format!("<send {attributes}><![CDATA[\n{text}\n]]></send>\n")
}

fn respond(status: &str, more: &str) -> String {
    send(
        "",
        &format!("SIP/2.0 {status}\n{SAME}{TO}{CONTACT}{more}Content-Length: 0\n\n"),
    )
}

/// An answer within the call, where the tag is there already.
fn ok() -> String {
    send(
        "",
        &format!("SIP/2.0 200 OK\n{SAME}[last_To:]\nContent-Length: 0\n\n"),
    )
}

fn request(method: &str, body: &str) -> String {
    let text = format!(
        "{method} [next_url] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n[routes]\n\
         Max-Forwards: 70\nFrom: [$us];tag=[pid]T[call_number]\nTo: [$them]\nCall-ID: [call_id]\nCSeq: 1 {method}\n\
         {body}"
    );
    send("retrans=\"500\"", &text) + "<recv response=\"200\"/>\n"
}

fn scenario(behaviour: Behaviour<'_>, pause: Duration) -> String {
    let invited = "<recv request=\"INVITE\" crlf=\"true\" rrs=\"true\"><action>\
        <ereg regexp=\".*\" search_in=\"hdr\" header=\"From:\" assign_to=\"them\"/>\
        <ereg regexp=\".*\" search_in=\"hdr\" header=\"To:\" assign_to=\"us\"/></action></recv>\n";
    let answered = send(
        "retrans=\"500\" rrs=\"true\"",
        &format!(
            "SIP/2.0 200 OK\n{SAME}{TO}{CONTACT}Content-Type: application/sdp\nContent-Length: [len]\n\n\
             v=0\no=phone 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [media_ip]\nt=0 0\n\
             m=audio [auto_media_port] RTP/AVP 0 96\na=rtpmap:0 PCMU/8000\n\
             a=rtpmap:96 telephone-event/8000\na=sendrecv\n"
        ),
    ) + "<recv request=\"ACK\"/>\n";
    let rings = respond("180 Ringing", "");
    let ended = "<recv request=\"BYE\" timeout=\"100000\"/>\n".to_owned() + &ok();
    let pause = format!("<pause milliseconds=\"{}\"/>\n", pause.as_millis());
    let press = |keys: &str| format!("{pause}<nop><action><exec play_dtmf=\"{keys}\"/></action></nop>\n");
    let course = match behaviour {
        Behaviour::Press(keys) => rings + &answered + &press(keys) + &ended,
        Behaviour::PressAfterChallenge(keys) => {
            let challenge = "WWW-Authenticate: Digest realm=\"lab\", nonce=\"47364c23432d2e13\", \
                algorithm=MD5, qop=\"auth\"\n";
            respond("401 Unauthorized", challenge)
                + "<recv request=\"ACK\"/>\n<recv request=\"INVITE\" rrs=\"true\"><action>\
                   <verifyauth assign_to=\"ok\" username=\"portcullis\" password=\"secret\"/></action></recv>\n\
                   <nop test=\"ok\" next=\"go\" hide=\"true\"/>\n"
                + &respond("403 Forbidden", "")
                + "<recv request=\"ACK\" next=\"end\"/>\n<label id=\"go\"/>\n"
                + &rings
                + &answered
                + &press(keys)
                + &ended
                + "<label id=\"end\"/>\n"
        }
        Behaviour::Info(key) => {
            let body = format!(
                "Content-Type: application/dtmf-relay\nContent-Length: [len]\n\nSignal={key}\nDuration=160\n"
            );
            rings + &answered + &pause + &request("INFO", &body) + &ended
        }
        Behaviour::Silent => rings + &answered + &ended,
        Behaviour::HangUp => rings + &answered + &pause + &request("BYE", "Content-Length: 0\n\n"),
        Behaviour::Reject(status) => respond(&format!("{status} No"), "") + "<recv request=\"ACK\"/>\n",
        Behaviour::RingForever => {
            rings
                + "<recv request=\"CANCEL\"/>\n"
                + &ok()
                + &send(
                    "retrans=\"500\"",
                    &format!(
                        "SIP/2.0 487 Request Terminated\n[last_Via:]\n[last_From:]\n[last_Call-ID:]\nCSeq: 1 INVITE\n{TO}Content-Length: 0\n\n"
                    ),
                )
                + "<recv request=\"ACK\"/>\n"
        }
    };
    // A variable that is set and never read is an error to SIPp.
    let unread = match behaviour {
        Behaviour::PressAfterChallenge(_) => "us,them,ok",
        _ => "us,them",
    };
    format!(
        "<?xml version=\"1.0\"?>\n<scenario name=\"phone\">\n{invited}{course}<Reference variables=\"{unread}\"/>\n</scenario>\n"
    )
}
