//! Several trunks, dead ones, and certificates.

use std::time::{Duration, Instant};

use portcullis_telephony::{
    BackendError, Encryption, NotReached, PhoneBackend, Prompts, SipBackend, Task, Transport, TrunkProblem,
    TrunkSettings, TrunkState, Upkeep,
};
use tokio::net::{TcpListener, UdpSocket};

use crate::phone::{Authority, Media, Phone};
use crate::support::{Seeded, backend, call, trunk};

async fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}

fn dead(port: u16, transport: Transport) -> TrunkSettings {
    let mut settings = TrunkSettings::new("dead", transport, "127.0.0.1", "portcullis");
    settings.port = Some(port);
    settings.encryption = Encryption::None;
    settings
}

#[tokio::test]
async fn a_silent_trunk_is_left_after_four_seconds() {
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let mut phone = Phone::udp().await;
    let call = call(
        &backend(vec![dead(port, Transport::Udp), trunk(&phone)]),
        Task::Confirm,
    );

    let begin = Instant::now();
    let invite = phone.expect("INVITE").await;
    let waited = begin.elapsed();
    assert!(
        (Duration::from_millis(3900)..Duration::from_millis(5500)).contains(&waited),
        "{waited:?}"
    );
    phone.reply(&invite, "486 Busy Here", "", "").await;
    let report = call.report().await;
    assert_eq!(report.outcome, NotReached::Busy.into());
    assert_eq!(report.trunk.as_deref(), Some("main"));
}

#[tokio::test]
async fn a_trunk_that_was_silent_is_tried_last_the_next_time() {
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let mut phone = Phone::udp().await;
    let backend = backend(vec![dead(port, Transport::Udp), trunk(&phone)]);
    for longest in [10, 2] {
        let begin = Instant::now();
        let call = call(&backend, Task::Confirm);
        let invite = phone.expect("INVITE").await;
        assert!(begin.elapsed() < Duration::from_secs(longest));
        phone.reply(&invite, "486 Busy Here", "", "").await;
        call.outcome().await;
    }
}

#[tokio::test]
async fn a_trunk_where_nobody_listens_or_that_is_overloaded_is_left_at_once() {
    let mut phone = Phone::udp().await;
    let mut overloaded = Phone::udp().await;
    let mut first = trunk(&overloaded);
    first.name = "overloaded".to_owned();
    let trunks = vec![
        dead(closed_port().await, Transport::Udp),
        dead(closed_port().await, Transport::Tcp),
        dead(closed_port().await, Transport::Tls),
        first,
        trunk(&phone),
    ];
    let begin = Instant::now();
    let call = call(&backend(trunks), Task::Confirm);

    let invite = overloaded.expect("INVITE").await;
    overloaded.reply(&invite, "503 Service Unavailable", "", "").await;
    let invite = phone.expect("INVITE").await;
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    phone.reply(&invite, "486 Busy Here", "", "").await;
    assert_eq!(call.outcome().await, NotReached::Busy.into());
}

#[tokio::test]
async fn when_no_trunk_is_there_the_provider_is_down() {
    let backend = backend(vec![dead(closed_port().await, Transport::Tcp)]);
    let report = call(&backend, Task::Confirm).report().await;

    assert_eq!(report.outcome, NotReached::ProviderDown.into());
    assert_eq!(report.trunk.as_deref(), Some("dead"));
    assert!(matches!(backend.health()[0].state, TrunkState::Unreachable(_)));
}

#[tokio::test]
async fn a_phone_that_rang_is_not_called_again_by_another_trunk() {
    let mut phone = Phone::udp().await;
    let mut second = Phone::udp().await;
    let call = call(&backend(vec![trunk(&phone), trunk(&second)]), Task::Confirm);
    let invite = phone.expect("INVITE").await;
    phone.reply(&invite, "180 Ringing", "", "").await;
    phone.reply(&invite, "500 Server Internal Error", "", "").await;

    assert_eq!(call.outcome().await, NotReached::ProviderDown.into());
    assert!(!second.comes("INVITE", Duration::from_millis(300)).await);
}

fn over_tls(phone: &Phone, authority: &Authority) -> TrunkSettings {
    let mut settings = trunk(phone);
    settings.transport = Transport::Tls;
    "localhost".clone_into(&mut settings.host);
    settings.encryption = Encryption::Srtp;
    settings.authorities = Some(authority.pem());
    settings
}

#[tokio::test]
async fn a_wrong_authority_or_name_is_refused_within_a_second() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    for (phone, name) in [
        (Phone::tls(&theirs, "localhost").await, "another authority"),
        (Phone::tls(&ours, "elsewhere.example.org").await, "another name"),
    ] {
        let backend = backend(vec![over_tls(&phone, &ours)]);
        let begin = Instant::now();
        let outcome = call(&backend, Task::Confirm).outcome().await;

        assert_eq!(outcome, NotReached::ProviderDown.into(), "{name}");
        assert!(
            begin.elapsed() < Duration::from_secs(1),
            "{name}: {:?}",
            begin.elapsed()
        );
        let TrunkState::Unreachable(why) = &backend.health()[0].state else {
            panic!("{name}: {:?}", backend.health());
        };
        assert!(why.contains("certificate"), "{name}: {why}");
    }
}

#[tokio::test]
async fn the_right_certificate_is_trusted_and_plain_voice_is_never_accepted() {
    let authority = Authority::new();
    let mut phone = Phone::tls(&authority, "localhost").await;
    let call = call(&backend(vec![over_tls(&phone, &authority)]), Task::Confirm);
    let invite = phone.expect("INVITE").await;
    assert!(invite.header("via").starts_with("SIP/2.0/TLS "));
    assert!(invite.body.contains(" RTP/SAVP ") && invite.body.contains("a=crypto:1 AES_CM_128_HMAC_SHA1_80"));

    phone.answer(&invite, &Media::new().await).await;
    phone.end().await;
    assert_eq!(call.outcome().await, NotReached::Unencrypted.into());
}

#[tokio::test]
async fn a_registrar_that_challenges_is_registered_with_and_says_for_how_long() {
    let mut phone = Phone::udp().await;
    let mut settings = trunk(&phone);
    settings.upkeep = Upkeep::Register;
    let backend = backend(vec![settings]);
    let first = phone.expect("REGISTER sip:127.0.0.1 ").await;
    let challenge =
        "WWW-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth\", algorithm=SHA-256\r\n";
    phone.reply(&first, "401 Unauthorized", challenge, "").await;

    let second = phone.expect("REGISTER").await;
    assert_eq!(second.parameter("authorization", "algorithm"), "SHA-256");
    assert_eq!(second.parameter("authorization", "username"), "portcullis");
    assert_eq!(second.header("expires"), "300");
    phone.reply(&second, "200 OK", "Expires: 60\r\n", "").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(backend.health()[0].state, TrunkState::Well);
}

#[tokio::test]
async fn a_wrong_password_shows_in_the_health() {
    let mut phone = Phone::udp().await;
    let mut settings = trunk(&phone);
    settings.upkeep = Upkeep::Register;
    let backend = backend(vec![settings]);
    for _ in 0..2 {
        let register = phone.expect("REGISTER").await;
        let challenge = "WWW-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth\"\r\n";
        phone.reply(&register, "401 Unauthorized", challenge, "").await;
    }

    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(backend.health()[0].state, TrunkState::Refuses(401));
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_by_name() {
    let mut settings = TrunkSettings::new("main", Transport::Tls, "sip.example.org", "portcullis");
    settings.authorities = Some("not PEM".to_owned());

    let error = SipBackend::start(vec![settings], Prompts::shipped(), Seeded::new()).err();
    let Some(BackendError::Trunk {
        name,
        problem: TrunkProblem::Authorities(_),
    }) = error
    else {
        panic!("{error:?}");
    };
    assert_eq!(name, "main");
}
