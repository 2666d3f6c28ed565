//! Hostile signalling, at the parser and at a call that is under way.

use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use portcullis_model::{Chance, Secret};
use sipx_sip::{Limits, Reliability, StreamParser, parse_datagram};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::agent::Agent;
use super::attempt::begin;
use super::settings::{Transport, TrunkSettings};
use super::wire::{Incoming, Wire};
use crate::media::Offer;
use portcullis_testkit::fuzz::Mutator;

struct Fixed;

impl Chance for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

fn header(message: &str, name: &str) -> String {
    let found = message
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{name}: ")));
    found.unwrap_or_default().to_owned()
}

/// Good messages of the other side, in the call that this INVITE begins.
fn templates(invite: &str) -> Vec<String> {
    let [via, from, to, call, cseq] =
        ["Via", "From", "To", "Call-ID", "CSeq"].map(|name| header(invite, name));
    let sdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n\
        m=audio 20000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n";
    let length = sdp.len();
    let response = |status: &str, more: &str| {
        format!(
            "SIP/2.0 {status}\r\nVia: {via}\r\nFrom: {from}\r\nTo: {to};tag=t\r\nCall-ID: {call}\r\nCSeq: {cseq}\r\n\
             Record-Route: <sip:192.0.2.1;lr>\r\nContact: <sip:p@192.0.2.9:5060>\r\n{more}"
        )
    };
    let request = |method: &str, number: u32, more: &str| {
        format!(
            "{method} sip:portcullis@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK{method}{number}\r\n\
             From: {to};tag=t\r\nTo: {from}\r\nCall-ID: {call}\r\nCSeq: {number} {method}\r\n\
             Contact: <sip:p@192.0.2.9:5060>\r\nMax-Forwards: 70\r\n{more}"
        )
    };
    let body = format!("Content-Type: application/sdp\r\nContent-Length: {length}\r\n\r\n{sdp}");
    let none = "Content-Length: 0\r\n\r\n";
    let challenge =
        "WWW-Authenticate: Digest realm=\"a\", nonce=\"b\", qop=\"auth,auth-int\", algorithm=SHA-256\r\n";
    vec![
        response("100 Trying", none),
        response("181 Call Is Being Forwarded", none),
        response("183 Session Progress", &body),
        response("200 OK", &body),
        response("200 OK", none),
        response("401 Unauthorized", &format!("{challenge}{none}")),
        response("302 Moved Temporarily", none),
        request("INVITE", 1, &body),
        request("INVITE", 2, none),
        request("ACK", 2, &body),
        request("UPDATE", 3, &body),
        request(
            "UPDATE",
            4,
            &format!("Require: timer\r\nSession-Expires: 90\r\n{none}"),
        ),
        request(
            "INFO",
            5,
            "Content-Type: application/dtmf-relay\r\nContent-Length: 8\r\n\r\nSignal=1",
        ),
        request("OPTIONS", 6, none),
        request("CANCEL", 1, none),
        request("REFER", 7, none),
        request("BYE", 8, none),
    ]
}

#[test]
fn fuzz_the_parsers() {
    let invite = "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\n\
        Call-ID: e\r\nCSeq: 1 INVITE\r\n";
    let templates = templates(invite);
    let mut mutator = Mutator::new();
    while mutator.goes_on() {
        let good = mutator.pick(&templates).clone();
        let bad = mutator.mutate(good.as_bytes());
        let _ = parse_datagram(Bytes::copy_from_slice(&bad), &Limits::datagram());
        let mut stream = StreamParser::new(Limits::stream());
        let cut = mutator.below(bad.len());
        let _ = stream.push(&bad[..cut]).and_then(|_| stream.push(&bad[cut..]));
    }
}

#[tokio::test]
async fn fuzz_a_call() {
    let panicked = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&panicked);
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        seen.store(true, Ordering::SeqCst);
        usual(info);
    }));
    let mut mutator = Mutator::new();
    while mutator.goes_on() {
        one_call(&mut mutator).await;
        assert!(!panicked.load(Ordering::SeqCst));
    }
}

/// A call whose other side sends what it likes. Whatever that is, the connection goes on working.
async fn one_call(mutator: &mut Mutator) {
    let mut settings = TrunkSettings::new("main", Transport::Udp, "192.0.2.9", "portcullis");
    settings.password = Some(Secret::new("secret"));
    settings.round_trip = Duration::from_millis(1);
    let (outgoing, mut sent) = mpsc::unbounded_channel();
    let (received, incoming) = mpsc::channel(64);
    let wire = Wire {
        local: "192.0.2.1:5060".parse().unwrap(),
        reliability: Reliability::Unreliable,
        outgoing,
        incoming,
    };
    let agent = Arc::new(Agent::on(wire, Arc::new(settings), Arc::new(Fixed)));
    let offer = Arc::new(Offer {
        local: "192.0.2.1:4000".parse().unwrap(),
        session: 1,
        key: None,
    });
    let (signals, mut told) = mpsc::unbounded_channel();
    let (hang_up, ends) = oneshot::channel();
    begin(Arc::clone(&agent), "sip:1@192.0.2.9", offer, signals, ends);
    let invite = sent.recv().await.unwrap();
    let templates = templates(&String::from_utf8_lossy(&invite));
    // Some calls are answered, so that what comes then is heard too.
    let mut messages: Vec<Vec<u8>> = Vec::new();
    if mutator.below(4) != 0 {
        messages.push(templates[3].clone().into_bytes());
    }
    for _ in 0..40 {
        let good = mutator.pick(&templates).clone();
        messages.push(mutator.mutate(good.as_bytes()));
    }
    for bytes in messages {
        let Ok(message) = parse_datagram(bytes.into(), &Limits::datagram()) else {
            continue;
        };
        received.send(Incoming::Message(Box::new(message))).await.unwrap();
        tokio::task::yield_now().await;
        while sent.try_recv().is_ok() {}
    }
    drop(hang_up);
    while told.try_recv().is_ok() {}
    timeout(Duration::from_secs(5), agent.count())
        .await
        .expect("the connection is alive");
}
