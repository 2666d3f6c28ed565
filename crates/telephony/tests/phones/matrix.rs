//! Everything a telephone ordinarily does.

use std::time::Duration;

use data_encoding::HEXLOWER;
use md5::{Digest, Md5};
use portcullis_telephony::{Digits, KeySource, NotReached, Outcome, PhoneNumber, Step, Task};

use crate::phone::{Media, Phone};
use crate::support::{backend, call, over_tcp, place, plan, spec, trunk};

const GRANTED: Outcome = Outcome::Granted(KeySource::Event);

/// Answers a call, presses `keys` and says what came of it.
async fn press(task: Task, keys: &str) -> Outcome {
    let mut phone = Phone::udp().await;
    let mut call = call(&backend(vec![trunk(&phone)]), task);
    let invite = phone.expect("INVITE").await;
    let mut media = Media::new().await;
    phone.answer(&invite, &media).await;
    let to = media.hear().await;
    call.waits().await;
    media.press(to, keys).await;
    phone.end().await;
    call.outcome().await
}

/// Answers a call with this status only.
async fn refuse(status: &str) -> Outcome {
    let mut phone = Phone::udp().await;
    let call = call(&backend(vec![trunk(&phone)]), Task::Confirm);
    let invite = phone.expect("INVITE").await;
    phone.reply(&invite, status, "", "").await;
    phone.expect("ACK").await;
    call.outcome().await
}

#[tokio::test]
async fn the_pound_key_grants() {
    assert_eq!(press(Task::Confirm, "#").await, GRANTED);
}

#[tokio::test]
async fn the_digits_of_the_page_grant() {
    let task = Task::Match(Digits::parse("470011").unwrap());
    assert_eq!(press(task, "470011#").await, GRANTED);
}

#[tokio::test]
async fn the_right_pin_grants_even_with_a_digit_twice() {
    assert_eq!(press(Task::Pin, "1134#").await, GRANTED);
}

#[tokio::test]
async fn three_wrong_pins_end_the_call() {
    assert_eq!(press(Task::Pin, "134#1114#11134#").await, Outcome::WrongPin);
}

#[tokio::test]
async fn zero_pound_one_reports_fraud_and_blocks() {
    assert_eq!(press(Task::Confirm, "0#1").await, Outcome::Fraud { block: true });
}

#[tokio::test]
async fn busy_declined_absent_and_unknown_are_told_apart() {
    assert_eq!(refuse("486 Busy Here").await, NotReached::Busy.into());
    assert_eq!(refuse("603 Decline").await, NotReached::Declined.into());
    assert_eq!(
        refuse("480 Temporarily Unavailable").await,
        NotReached::NoAnswer.into()
    );
    assert_eq!(refuse("404 Not Found").await, NotReached::InvalidNumber.into());
    assert_eq!(
        refuse("503 Service Unavailable").await,
        NotReached::ProviderDown.into()
    );
    assert_eq!(refuse("403 Forbidden").await, NotReached::ProviderRefused.into());
}

#[tokio::test]
async fn a_redirection_is_not_followed() {
    let mut phone = Phone::udp().await;
    let mut elsewhere = Phone::udp().await;
    let call = call(&backend(vec![trunk(&phone)]), Task::Confirm);
    let invite = phone.expect("INVITE").await;

    let to = format!("Contact: {}\r\n", elsewhere.contact());
    phone.reply(&invite, "302 Moved Temporarily", &to, "").await;
    assert_eq!(call.outcome().await, NotReached::Forwarded.into());
    assert!(!elsewhere.comes("INVITE", Duration::from_millis(300)).await);
}

#[tokio::test]
async fn who_lets_it_ring_is_cancelled() {
    let mut phone = Phone::udp().await;
    let mut plan = plan(Task::Confirm);
    plan.timings.ring = Duration::from_millis(700);
    let mut call = place(&backend(vec![trunk(&phone)]), spec(plan));

    let invite = phone.expect("INVITE").await;
    phone.reply(&invite, "180 Ringing", "", "").await;
    call.reaches(|step| *step == Step::Ringing).await;
    let cancel = phone.expect("CANCEL").await;
    assert_eq!(cancel.header("via"), invite.header("via"));
    phone.reply(&cancel, "200 OK", "", "").await;
    phone.reply(&invite, "487 Request Terminated", "", "").await;
    phone.expect("ACK").await;
    assert_eq!(call.outcome().await, NotReached::NoAnswer.into());
}

#[tokio::test]
async fn silence_is_no_input() {
    let mut phone = Phone::udp().await;
    let mut plan = plan(Task::Confirm);
    plan.timings.collect = Duration::from_secs(1);
    let call = place(&backend(vec![trunk(&phone)]), spec(plan));

    let invite = phone.expect("INVITE").await;
    let media = Media::new().await;
    phone.answer(&invite, &media).await;
    phone.end().await;
    assert_eq!(call.outcome().await, Outcome::NoInput);
}

#[tokio::test]
async fn who_hangs_up_has_hung_up() {
    for tcp in [false, true] {
        let mut phone = if tcp {
            Phone::tcp().await
        } else {
            Phone::udp().await
        };
        let trunk = if tcp { over_tcp(&phone) } else { trunk(&phone) };
        let mut call = call(&backend(vec![trunk]), Task::Confirm);
        let invite = phone.expect("INVITE").await;
        let media = Media::new().await;
        phone.answer(&invite, &media).await;
        call.waits().await;

        phone.send(&invite, "BYE", 1, "", "").await;
        phone.expect("SIP/2.0 200").await;
        assert_eq!(call.outcome().await, Outcome::HungUp);
    }
}

#[tokio::test]
async fn keys_by_info_grant_and_other_contents_are_refused() {
    let mut phone = Phone::udp().await;
    let mut call = call(
        &backend(vec![trunk(&phone)]),
        Task::Match(Digits::parse("47").unwrap()),
    );
    let invite = phone.expect("INVITE").await;
    let media = Media::new().await;
    phone.answer(&invite, &media).await;
    call.waits().await;

    phone
        .send(&invite, "INFO", 1, "Content-Type: text/plain\r\n", "#")
        .await;
    phone.expect("SIP/2.0 415").await;
    for (sequence, key) in [(2, "4"), (3, "7"), (4, "#")] {
        let body = format!("Signal={key}\r\nDuration=160\r\n");
        phone
            .send(
                &invite,
                "INFO",
                sequence,
                "Content-Type: application/dtmf-relay\r\n",
                &body,
            )
            .await;
        phone.expect("SIP/2.0 200").await;
    }
    phone.end().await;
    assert_eq!(call.outcome().await, Outcome::Granted(KeySource::Info));
}

fn md5(text: &str) -> String {
    HEXLOWER.encode(&Md5::digest(text.as_bytes()))
}

#[tokio::test]
async fn a_challenge_is_met_with_the_right_digest() {
    let mut phone = Phone::udp().await;
    let call = call(&backend(vec![trunk(&phone)]), Task::Confirm);
    let first = phone.expect("INVITE").await;
    let challenge = "WWW-Authenticate: Digest realm=\"lab\", nonce=\"n1\", algorithm=SHA-512-999\r\n\
         WWW-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth\"\r\n";
    phone.reply(&first, "401 Unauthorized", challenge, "").await;
    phone.expect("ACK").await;

    let second = phone.expect("INVITE").await;
    let of = |name| second.parameter("authorization", name);
    let known = md5("portcullis:lab:secret");
    let asked = md5(&format!("INVITE:{}", of("uri")));
    let wanted = md5(&format!("{known}:n1:{}:{}:auth:{asked}", of("nc"), of("cnonce")));
    assert_eq!(of("response"), wanted);
    assert_eq!(second.start, format!("INVITE {} SIP/2.0", of("uri")));
    assert_ne!(second.header("cseq"), first.header("cseq"));

    // The same challenge again means that the password is wrong. There is no third try.
    phone.reply(&second, "401 Unauthorized", challenge, "").await;
    phone.expect("ACK").await;
    assert_eq!(call.outcome().await, NotReached::ProviderRefused.into());
    assert!(!phone.comes("INVITE", Duration::from_millis(300)).await);
}

#[tokio::test]
async fn the_extension_is_dialled_after_the_answer() {
    let mut phone = Phone::udp().await;
    let mut spec = spec(plan(Task::Confirm));
    spec.number = PhoneNumber::parse("1 9259249500 292").unwrap();
    let mut call = place(&backend(vec![trunk(&phone)]), spec);
    let invite = phone.expect("INVITE").await;
    assert!(
        invite.is("INVITE sip:+19259249500@127.0.0.1 "),
        "{}",
        invite.start
    );
    let mut media = Media::new().await;
    phone.answer(&invite, &media).await;

    let to = media.hear().await;
    assert_eq!(media.keys(Duration::from_millis(1500)).await, "292");
    call.waits().await;
    media.press(to, "#").await;
    phone.end().await;
    assert_eq!(call.outcome().await, GRANTED);
}

#[tokio::test]
async fn the_backup_number_is_called_when_the_first_is_busy() {
    let mut phone = Phone::udp().await;
    let mut spec = spec(plan(Task::Confirm));
    spec.backup = Some(PhoneNumber::parse("49 3012345678").unwrap());
    let call = place(&backend(vec![trunk(&phone)]), spec);

    let first = phone.expect("INVITE").await;
    phone.reply(&first, "486 Busy Here", "", "").await;
    let second = phone.expect("INVITE sip:+493012345678").await;
    phone.reply(&second, "486 Busy Here", "", "").await;
    assert_eq!(call.outcome().await, NotReached::Busy.into());
}

#[tokio::test]
async fn a_closed_page_cancels_the_call_and_a_dropped_one_hangs_up() {
    let mut phone = Phone::udp().await;
    let backend = backend(vec![trunk(&phone)]);
    let mut ringing = call(&backend, Task::Confirm);
    let invite = phone.expect("INVITE").await;
    phone.reply(&invite, "180 Ringing", "", "").await;
    ringing.reaches(|step| *step == Step::Ringing).await;
    ringing.cancel.take().unwrap().send(()).unwrap();
    let cancel = phone.expect("CANCEL").await;
    phone.reply(&cancel, "200 OK", "", "").await;
    phone.reply(&invite, "487 Request Terminated", "", "").await;
    assert_eq!(ringing.outcome().await, Outcome::Cancelled);

    let answered = call(&backend, Task::Confirm);
    let invite = phone.expect("INVITE").await;
    let media = Media::new().await;
    phone.answer(&invite, &media).await;
    media.hear().await;
    answered.abandon();
    phone.end().await;
}
