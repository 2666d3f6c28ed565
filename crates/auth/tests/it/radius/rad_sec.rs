use portcullis_auth::{RadSec, RadSecIdentity, RadiusProtocol};
use portcullis_testkit::radius::{Authority, Identity};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::*;

#[tokio::test]
async fn passwords_are_judged_over_tls() {
    let server = FreeRadius::start().await;

    for protocol in [
        RadiusProtocol::Pap,
        RadiusProtocol::Chap,
        RadiusProtocol::MsChapV2,
    ] {
        let settings = RadiusSettings {
            protocol,
            ..usual(rad_sec(&server))
        };
        let alice = Person::new("alice", &settings);

        assert_eq!(alice.types("Pw-alice-1").await.unwrap(), ACCEPTED, "{protocol:?}");
        assert_eq!(
            alice.types("Pw-alice-2").await.unwrap(),
            Verdict::Reject,
            "{protocol:?}"
        );
    }
}

#[tokio::test]
async fn a_conversation_goes_on_over_another_connection() {
    let server = FreeRadius::start().await;
    let dave = Person::new("dave", &usual(rad_sec(&server)));

    let Verdict::Ask(question) = dave.types("1234222222").await.unwrap() else {
        panic!("the server asks");
    };

    assert_eq!(dave.answers(&question, "333333").await.unwrap(), ACCEPTED);
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_refused() {
    let server = FreeRadius::start().await;
    let settings = usual(change(&server, |tls| tls.ca = Authority::new().pem()));

    assert_unreachable(&Person::new("alice", &settings).types("Pw-alice-1").await);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let server = FreeRadius::start().await;

    for name in ["radius.example", "127.0.0.1"] {
        let settings = usual(change(&server, |tls| tls.server_name = name.to_owned()));
        assert_unreachable(&Person::new("alice", &settings).types("Pw-alice-1").await);
    }
}

#[tokio::test]
async fn the_server_refuses_who_has_no_certificate_or_a_foreign_one() {
    let server = FreeRadius::start().await;
    let foreign = identity(&Authority::new().client("portcullis"));

    for own in [None, Some(foreign)] {
        let settings = impatient(vec![change(&server, |tls| tls.identity.clone_from(&own))]);
        assert_unreachable(&Person::new("alice", &settings).types("Pw-alice-1").await);
    }
}

#[tokio::test]
async fn after_a_server_by_tls_that_fails_the_next_is_asked() {
    let server = FreeRadius::start().await;
    let bad = change(&server, |tls| tls.ca = Authority::new().pem());
    let settings = RadiusSettings::new(vec![bad, udp(server.strict())]);

    let verdict = Person::new("alice", &settings).types("Pw-alice-1").await;

    assert_eq!(verdict.unwrap(), ACCEPTED);
}

#[tokio::test]
async fn what_is_no_tls_gives_no_yes() {
    let server = FreeRadius::start().await;
    let garbage = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ports = [
        garbage.local_addr().unwrap().port(),
        silent.local_addr().unwrap().port(),
    ];
    tokio::spawn(async move {
        let (mut stream, _) = garbage.accept().await.unwrap();
        stream.write_all(&[2; 64]).await.unwrap();
    });

    for port in ports {
        let mut wrong = rad_sec(&server);
        wrong.port = port;
        let verdict = Person::new("alice", &impatient(vec![wrong]))
            .types("Pw-alice-1")
            .await;
        assert_unreachable(&verdict);
    }
}

/// With everything that is needed.
fn rad_sec(server: &FreeRadius) -> RadiusServer {
    let authority = server.authority();
    RadiusServer {
        host: "127.0.0.1".to_owned(),
        port: server.rad_sec(),
        transport: RadiusTransport::RadSec(RadSec {
            ca: authority.pem(),
            server_name: "localhost".to_owned(),
            identity: Some(identity(&authority.client("portcullis"))),
        }),
    }
}

fn change(server: &FreeRadius, change: impl FnOnce(&mut RadSec)) -> RadiusServer {
    let mut changed = rad_sec(server);
    let RadiusTransport::RadSec(tls) = &mut changed.transport else {
        unreachable!("it was made so");
    };
    change(tls);
    changed
}

fn identity(identity: &Identity) -> RadSecIdentity {
    RadSecIdentity {
        certificate: identity.certificate.clone(),
        key: Secret::new(identity.key.clone()),
    }
}
