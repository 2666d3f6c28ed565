use std::sync::Arc;

use portcullis_model::Secret;
use portcullis_telephony::{
    CallSpec, Digits, Encryption, KeySource, NotReached, Outcome, PhoneBackend, PhoneNumber, SipBackend,
    Task, Transport, TrunkSettings, TrunkState, Upkeep,
};
use portcullis_testkit::phones::{Baresip, Kamailio};

use crate::support::{backend, place, plan, spec};

const GRANTED: Outcome = Outcome::Granted(KeySource::Event);

fn trunk(kamailio: &Kamailio, transport: Transport) -> TrunkSettings {
    let mut settings = TrunkSettings::new("kamailio", transport, "localhost", "portcullis");
    settings.port = Some(match transport {
        Transport::Tls => kamailio.tls,
        Transport::Udp | Transport::Tcp => kamailio.port,
    });
    if transport != Transport::Tls {
        "127.0.0.1".clone_into(&mut settings.host);
    }
    settings.domain = Some("trunk.lab".to_owned());
    settings.password = Some(Secret::new("secret"));
    settings.authorities = (transport == Transport::Tls).then(|| kamailio.authority.pem());
    settings
}

/// Calls and presses keys when it may.
async fn press(backend: &Arc<SipBackend>, phone: &Baresip, keys: &str) -> Outcome {
    let mut call = place(backend, spec(plan(Task::Match(Digits::parse("4711").unwrap()))));
    if !call.may_press().await {
        return call.outcome().await;
    }
    tokio::task::block_in_place(|| phone.press(keys));
    call.outcome().await
}

async fn hang_up(backend: &Arc<SipBackend>, phone: &Baresip) -> Outcome {
    let mut call = place(backend, spec(plan(Task::Confirm)));
    if !call.may_press().await {
        return call.outcome().await;
    }
    tokio::task::block_in_place(|| phone.hang_up());
    call.outcome().await
}

fn to(number: &str) -> CallSpec {
    CallSpec {
        number: PhoneNumber::parse(number).unwrap(),
        ..spec(plan(Task::Confirm))
    }
}

async fn through(algorithm: &str, strict: bool) {
    let phone = Baresip::start();
    let kamailio = Kamailio::start(algorithm, phone.port);
    for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
        let mut settings = trunk(&kamailio, transport);
        settings.upkeep = Upkeep::Register;
        settings.allows_md5 = !strict;
        assert_eq!(
            settings.encryption == Encryption::Srtp,
            transport == Transport::Tls
        );
        let backend = backend(vec![settings]);

        assert_eq!(
            press(&backend, &phone, "4711#").await,
            GRANTED,
            "{transport:?}\n{}{}",
            phone.log(),
            kamailio.log()
        );
        assert_eq!(hang_up(&backend, &phone).await, Outcome::HungUp, "{transport:?}");
        let busy = place(&backend, to("49 3012345486")).outcome().await;
        assert_eq!(busy, NotReached::Busy.into(), "{transport:?}");
        assert_eq!(backend.health()[0].state, TrunkState::Well, "{transport:?}");
    }
    let mut wrong = trunk(&kamailio, Transport::Tls);
    wrong.password = Some(Secret::new("wrong"));
    let refused = place(&backend(vec![wrong]), spec(plan(Task::Confirm)))
        .outcome()
        .await;
    assert_eq!(refused, NotReached::ProviderRefused.into());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trunk_that_asks_with_md5() {
    through("", false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trunk_that_asks_with_sha_256() {
    through("SHA-256", true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_refuses_md5_is_not_talked_into_it() {
    let phone = Baresip::start();
    let kamailio = Kamailio::start("", phone.port);
    let mut settings = trunk(&kamailio, Transport::Udp);
    settings.allows_md5 = false;

    let refused = place(&backend(vec![settings]), spec(plan(Task::Confirm)))
        .outcome()
        .await;
    assert_eq!(refused, NotReached::ProviderRefused.into());
}
