use portcullis_auth::RadiusProtocol;

use super::*;

const PROTOCOLS: [RadiusProtocol; 3] = [
    RadiusProtocol::Pap,
    RadiusProtocol::Chap,
    RadiusProtocol::MsChapV2,
];

#[tokio::test]
async fn the_right_password_is_accepted_under_every_protocol() {
    let server = FreeRadius::start().await;

    for protocol in PROTOCOLS {
        for (username, password) in [("alice", "Pw-alice-1"), ("zoë", "Pä$$wörd, at some length: 33")] {
            let person = Person::new(username, &with(protocol, &server));
            assert_eq!(
                person.types(password).await.unwrap(),
                ACCEPTED,
                "{protocol:?} {username}"
            );
        }
    }
}

#[tokio::test]
async fn a_wrong_password_is_rejected_under_every_protocol() {
    let server = FreeRadius::start().await;

    for protocol in PROTOCOLS {
        for (username, password) in [
            ("alice", "Pw-alice-2"),
            ("alice", "pw-alice-1"),
            ("carol", "any"),
            ("nobody", "Pw-alice-1"),
        ] {
            let person = Person::new(username, &with(protocol, &server));
            assert_eq!(
                person.types(password).await.unwrap(),
                Verdict::Reject,
                "{protocol:?} {username}"
            );
        }
    }
}

#[tokio::test]
async fn under_ms_chap_v2_a_server_that_does_not_know_the_password_is_not_believed() {
    let server = FreeRadius::start().await;
    let ms_chap = RadiusSettings {
        protocol: RadiusProtocol::MsChapV2,
        ..impatient(vec![udp(server.strict())])
    };

    let pap = Person::new("blind", &usual(udp(server.strict())));
    let ms_chap = Person::new("blind", &ms_chap);

    assert_eq!(pap.types("anything").await.unwrap(), ACCEPTED);
    assert_unreachable(&ms_chap.types("anything").await);
}

fn with(protocol: RadiusProtocol, server: &FreeRadius) -> RadiusSettings {
    RadiusSettings {
        protocol,
        ..usual(udp(server.strict()))
    }
}
