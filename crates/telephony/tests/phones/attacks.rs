//! Who is not on the call gets nobody in, and what the network does to packets presses no key.

use std::net::SocketAddr;
use std::time::Duration;

use portcullis_telephony::{Digits, KeySource, NotReached, Outcome, Step, Task};

use crate::phone::{Media, Message, Phone};
use crate::support::{Call, backend, call, place, plan, spec, trunk};

const GRANTED: Outcome = Outcome::Granted(KeySource::Event);

/// A call that waits for keys.
struct Waiting {
    phone: Phone,
    call: Call,
    invite: Message,
    media: Media,
    to: SocketAddr,
}

async fn waiting(task: Task) -> Waiting {
    let mut phone = Phone::udp().await;
    let mut plan = plan(task);
    plan.timings.collect = Duration::from_secs(3);
    let mut call = place(&backend(vec![trunk(&phone)]), spec(plan));
    let invite = phone.expect("INVITE").await;
    let media = Media::new().await;
    phone.answer(&invite, &media).await;
    let to = media.hear().await;
    call.waits().await;
    Waiting {
        phone,
        call,
        invite,
        media,
        to,
    }
}

impl Waiting {
    async fn send(&self, packets: &[Vec<u8>]) {
        for packet in packets {
            self.media.socket.send_to(packet, self.to).await.unwrap();
        }
    }

    async fn ends(mut self) -> (Outcome, u32) {
        self.phone.end().await;
        let report = self.call.report().await;
        (report.outcome, report.voice.refused)
    }
}

#[tokio::test]
async fn keys_from_another_address_port_or_source_do_nothing() {
    let call = waiting(Task::Confirm).await;
    for from in ["127.0.0.2:0", "127.0.0.1:0"] {
        Media::at(from).await.press(call.to, "#").await;
    }
    // The right address and port, at last, fix the source; another one is a stranger then.
    let mut call = call;
    call.media.press(call.to, "*").await;
    call.media.ssrc = 78;
    call.media.press(call.to, "#").await;

    assert_eq!(call.ends().await, (Outcome::NoInput, 24));
}

#[tokio::test]
async fn a_stranger_does_not_keep_the_person_from_confirming() {
    let mut call = waiting(Task::Confirm).await;
    Media::at("127.0.0.2:0").await.press(call.to, "999").await;
    call.media.press(call.to, "#").await;

    assert_eq!(call.ends().await, (GRANTED, 24));
}

#[tokio::test]
async fn duplicated_late_and_reordered_packets_press_each_key_once() {
    let mut call = waiting(Task::Match(Digits::parse("1123").unwrap())).await;
    let keys: Vec<_> = "1123#".chars().map(|key| call.media.packets(key)).collect();
    let mut reversed = keys[2].clone();
    reversed.reverse();

    call.send(&keys[0]).await;
    call.send(&keys[0]).await;
    call.send(&keys[1]).await;
    call.send(&keys[0][5..]).await;
    call.send(&reversed).await;
    call.send(&keys[3]).await;
    call.send(&keys[1][..3]).await;
    call.send(&keys[4]).await;

    assert_eq!(call.ends().await, (GRANTED, 0));
}

#[tokio::test]
async fn a_key_of_which_all_but_its_end_was_lost_counts_and_a_single_packet_does_not() {
    let mut call = waiting(Task::Match(Digits::parse("12").unwrap())).await;
    let keys: Vec<_> = "192#".chars().map(|key| call.media.packets(key)).collect();

    call.send(&keys[0][7..]).await;
    call.send(&keys[1][..1]).await;
    call.send(&keys[2][2..4]).await;
    call.send(&keys[3][6..]).await;

    assert_eq!(call.ends().await, (GRANTED, 0));
}

#[tokio::test]
async fn broken_packets_are_dropped() {
    let mut call = waiting(Task::Confirm).await;
    let good = call.media.packets('#');
    let mut broken: Vec<Vec<u8>> = (0..16).map(|length| good[7][..length].to_vec()).collect();
    broken.push(vec![0xff; 1500]);
    broken.push(b"INVITE sip:x SIP/2.0\r\n\r\n".to_vec());
    call.send(&broken).await;
    call.send(&good).await;

    assert_eq!(call.ends().await.0, GRANTED);
}

#[tokio::test]
async fn keys_before_the_answer_and_before_the_instruction_do_nothing() {
    let mut phone = Phone::udp().await;
    let mut plan = plan(Task::Confirm);
    plan.timings.collect = Duration::from_millis(500);
    plan.timings.settle = Duration::from_millis(500);
    let call = place(&backend(vec![trunk(&phone)]), spec(plan));
    let invite = phone.expect("INVITE").await;
    let mut media = Media::new().await;
    let port = invite
        .body
        .split("m=audio ")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap();
    let to: SocketAddr = format!("127.0.0.1:{port}").parse().unwrap();

    phone
        .reply(&invite, "183 Session Progress", "", &media.sdp())
        .await;
    media.press(to, "##").await;
    phone.answer(&invite, &media).await;
    media.press(to, "#").await;
    phone.end().await;
    assert_eq!(call.outcome().await, Outcome::NoInput);
}

#[tokio::test]
async fn an_answer_after_the_cancel_is_hung_up_and_grants_nothing() {
    let mut phone = Phone::udp().await;
    let mut plan = plan(Task::Confirm);
    plan.timings.ring = Duration::from_millis(500);
    let mut call = place(&backend(vec![trunk(&phone)]), spec(plan));
    let invite = phone.expect("INVITE").await;
    let mut media = Media::new().await;
    phone.reply(&invite, "180 Ringing", "", "").await;
    call.reaches(|step| *step == Step::Ringing).await;
    let cancel = phone.expect("CANCEL").await;

    phone.answer(&invite, &media).await;
    let port = invite
        .body
        .split("m=audio ")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap();
    media
        .press(format!("127.0.0.1:{port}").parse().unwrap(), "#")
        .await;
    phone.reply(&cancel, "200 OK", "", "").await;
    phone.end().await;
    assert_eq!(call.outcome().await, NotReached::NoAnswer.into());
}

#[tokio::test]
async fn requests_of_another_call_press_and_end_nothing() {
    let mut call = waiting(Task::Confirm).await;
    let key = "Content-Type: application/dtmf-relay\r\n";
    call.phone.tag = "stranger";
    call.phone.send(&call.invite, "INFO", 1, key, "Signal=#").await;
    call.phone.expect("SIP/2.0 481").await;
    call.phone.send(&call.invite, "BYE", 2, "", "").await;
    call.phone.expect("SIP/2.0 481").await;

    call.phone.tag = "phone";
    call.media.press(call.to, "#").await;
    assert_eq!(call.ends().await.0, GRANTED);
}

#[tokio::test]
async fn nobody_can_call_us() {
    let mut phone = Phone::udp().await;
    let backend = backend(vec![trunk(&phone)]);
    let under_way = call(&backend, Task::Confirm);
    let invite = phone.expect("INVITE").await;
    let contact = invite.header("contact").trim_matches(['<', '>']).to_owned();

    // The INVITE comes last, because its refusal is repeated until somebody acknowledges it.
    for (method, status) in [
        ("MESSAGE", "405"),
        ("BYE", "481"),
        ("OPTIONS", "200"),
        ("INVITE", "403"),
    ] {
        let text = format!(
            "{method} {contact} SIP/2.0\r\nVia: SIP/2.0/UDP {};branch=z9hG4bKstranger{method}\r\n\
             From: <sip:x@example.org>;tag=1\r\nTo: <{contact}>\r\nCall-ID: stranger-{method}\r\n\
             CSeq: 1 {method}\r\nContact: <sip:x@127.0.0.1>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
            phone.address
        );
        invite.path.send(&text).await;
        let answer = phone.expect("SIP/2.0 ").await;
        let answer = if answer.is("SIP/2.0 100") {
            phone.expect("SIP/2.0 ").await
        } else {
            answer
        };
        assert!(
            answer.is(&format!("SIP/2.0 {status}")),
            "{method}: {}",
            answer.start
        );
        assert_eq!(answer.header("call-id"), format!("stranger-{method}"));
    }
    phone.reply(&invite, "486 Busy Here", "", "").await;
    assert_eq!(under_way.outcome().await, NotReached::Busy.into());
}

#[tokio::test]
async fn garbage_in_the_signalling_harms_no_call() {
    let mut call = waiting(Task::Confirm).await;
    for garbage in [
        "",
        "\r\n\r\n",
        "INVITE\r\n\r\n",
        "SIP/2.0 200 OK\r\n\r\n",
        "BYE sip:x SIP/2.0\r\nCall-ID: 1\r\n\r\n",
        "\u{0}\u{1}\u{2}",
        "INVITE sip:x SIP/2.0\r\nContent-Length: 99999999999999999999\r\n\r\n",
    ] {
        call.invite.path.send(garbage).await;
    }
    call.media.press(call.to, "#").await;
    assert_eq!(call.ends().await.0, GRANTED);
}
