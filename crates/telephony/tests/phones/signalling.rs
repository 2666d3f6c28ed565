//! What happens to a call while it lasts, and to messages on the way.

use std::time::Duration;

use portcullis_telephony::{Alive, KeySource, NotReached, Outcome, Task};

use crate::phone::{Media, Phone};
use crate::support::{backend, call, over_tcp, trunk};

const GRANTED: Outcome = Outcome::Granted(KeySource::Event);
const SDP: &str = "Content-Type: application/sdp\r\n";

#[tokio::test]
async fn a_repeated_answer_is_acknowledged_each_time() {
    let mut phone = Phone::udp().await;
    let mut call = call(&backend(vec![trunk(&phone)]), Task::Confirm);
    let invite = phone.expect("INVITE").await;
    let mut media = Media::new().await;
    phone.answer(&invite, &media).await;

    for _ in 0..3 {
        phone.reply(&invite, "200 OK", "", &media.sdp()).await;
        phone.expect("ACK").await;
    }
    let to = media.hear().await;
    call.waits().await;
    media.press(to, "#").await;
    phone.end().await;
    assert_eq!(call.outcome().await, GRANTED);
}

#[tokio::test]
async fn a_second_phone_that_answers_is_hung_up() {
    let mut phone = Phone::udp().await;
    let mut call = call(&backend(vec![trunk(&phone)]), Task::Confirm);
    let invite = phone.expect("INVITE").await;
    let mut media = Media::new().await;
    phone.answer(&invite, &media).await;

    phone.tag = "fork";
    phone
        .reply(&invite, "200 OK", "", &Media::new().await.sdp())
        .await;
    assert!(phone.expect("ACK").await.header("to").ends_with("tag=fork"));
    let bye = phone.expect("BYE").await;
    assert!(bye.header("to").ends_with("tag=fork"));
    phone.reply(&bye, "200 OK", "", "").await;
    phone.tag = "phone";
    let to = media.hear().await;
    call.waits().await;
    media.press(to, "#").await;
    phone.end().await;
    assert_eq!(call.outcome().await, GRANTED);
}

#[tokio::test]
async fn a_lost_invite_is_sent_again() {
    let mut phone = Phone::udp().await;
    let call = call(&backend(vec![trunk(&phone)]), Task::Confirm);
    phone.expect("INVITE").await;
    let second = phone.expect("INVITE").await;
    phone.reply(&second, "486 Busy Here", "", "").await;
    assert_eq!(call.outcome().await, NotReached::Busy.into());
}

#[tokio::test]
async fn a_call_that_is_held_and_moved_goes_on_at_the_new_place_only() {
    let mut phone = Phone::udp().await;
    let mut call = call(&backend(vec![trunk(&phone)]), Task::Confirm);
    let invite = phone.expect("INVITE").await;
    let mut media = Media::new().await;
    phone.answer(&invite, &media).await;
    let to = media.hear().await;
    call.waits().await;

    // A refresh without a description, as session timers send it.
    phone
        .send(
            &invite,
            "UPDATE",
            1,
            "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n",
            "",
        )
        .await;
    let refreshed = phone.expect("SIP/2.0 200").await;
    assert_eq!(refreshed.body, "");
    let held = media.sdp_with("RTP/AVP", "a=sendonly\r\n");
    phone.send(&invite, "INVITE", 2, SDP, &held).await;
    let answer = phone.expect("SIP/2.0 200").await;
    assert!(answer.body.contains("a=recvonly"), "{}", answer.body);
    // Until its ACK comes, the answer is repeated.
    phone.expect("SIP/2.0 200").await;
    phone.send(&invite, "ACK", 2, "", "").await;

    let mut elsewhere = Media::new().await;
    phone.send(&invite, "INVITE", 3, SDP, &elsewhere.sdp()).await;
    phone.expect("SIP/2.0 200").await;
    phone.send(&invite, "ACK", 3, "", "").await;
    elsewhere.hear().await;
    media.press(to, "0#").await;
    elsewhere.press(to, "#").await;
    phone.end().await;
    let report = call.report().await;
    assert_eq!(report.outcome, GRANTED);
    assert_eq!(report.voice.refused, 16, "the old place is a stranger now");
}

#[tokio::test]
async fn an_offer_can_be_asked_for_and_is_answered_in_the_ack() {
    let mut phone = Phone::udp().await;
    let mut call = call(&backend(vec![trunk(&phone)]), Task::Confirm);
    let invite = phone.expect("INVITE").await;
    phone.answer(&invite, &Media::new().await).await;
    call.waits().await;

    phone.send(&invite, "INVITE", 1, "", "").await;
    let offer = phone.expect("SIP/2.0 200").await;
    assert!(offer.body.contains("m=audio") && offer.body.contains("a=sendrecv"));
    let mut elsewhere = Media::new().await;
    phone.send(&invite, "ACK", 1, SDP, &elsewhere.sdp()).await;
    let to = elsewhere.hear().await;
    elsewhere.press(to, "#").await;
    phone.end().await;
    assert_eq!(call.outcome().await, GRANTED);
}

#[tokio::test]
async fn what_does_not_fit_the_call_is_refused_and_the_call_goes_on() {
    let mut phone = Phone::udp().await;
    let mut call = call(&backend(vec![trunk(&phone)]), Task::Confirm);
    let invite = phone.expect("INVITE").await;
    let mut media = Media::new().await;
    phone.answer(&invite, &media).await;
    let to = media.hear().await;
    call.waits().await;

    let video = media.sdp().replace("m=audio", "m=video");
    for (sequence, method, more, body, status) in [
        (10, "INVITE", SDP, video.as_str(), "488"),
        (11, "UPDATE", "Require: 100rel\r\n", "", "420"),
        (12, "REFER", "", "", "405"),
        (9, "UPDATE", "", "", "500"),
    ] {
        phone.send(&invite, method, sequence, more, body).await;
        phone.expect(&format!("SIP/2.0 {status}")).await;
    }
    media.press(to, "#").await;
    phone.end().await;
    assert_eq!(call.outcome().await, GRANTED);
}

#[tokio::test]
async fn a_connection_that_is_cut_ends_its_calls_and_the_next_call_has_a_new_one() {
    let mut phone = Phone::tcp().await;
    let backend = backend(vec![over_tcp(&phone)]);
    let mut first = call(&backend, Task::Confirm);
    let invite = phone.expect("INVITE").await;
    assert!(invite.header("contact").contains("transport=tcp"));
    phone.answer(&invite, &Media::new().await).await;
    first.waits().await;

    invite.path.cut();
    assert_eq!(first.outcome().await, Outcome::Lost);
    let second = call(&backend, Task::Confirm);
    let invite = phone.expect("INVITE").await;
    phone.reply(&invite, "486 Busy Here", "", "").await;
    assert_eq!(second.outcome().await, NotReached::Busy.into());
}

#[tokio::test]
async fn nothing_stays_behind_after_the_calls() {
    let mut phone = Phone::udp().await;
    let mut settings = trunk(&phone);
    settings.round_trip = Duration::from_millis(20);
    let backend = backend(vec![settings]);
    for number in 0..12 {
        let mut call = call(&backend, Task::Confirm);
        let invite = phone.expect("INVITE").await;
        if number % 3 == 0 {
            phone.reply(&invite, "486 Busy Here", "", "").await;
            phone.expect("ACK").await;
        } else {
            phone.answer(&invite, &Media::new().await).await;
            call.waits().await;
            if number % 3 == 1 {
                phone.send(&invite, "BYE", 1, "", "").await;
                phone.expect("SIP/2.0 200").await;
            } else {
                drop(call.cancel.take());
                phone.end().await;
            }
        }
        call.outcome().await;
    }

    // 64·T1 is 1.3 seconds; timer D is 32 of them by the standard, for the calls that were refused.
    let mut alive = backend.alive().await;
    for _ in 0..400 {
        if alive == Alive::default() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        alive = backend.alive().await;
    }
    panic!("{alive:?}");
}
