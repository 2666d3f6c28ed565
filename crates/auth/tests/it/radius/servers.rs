use super::*;

#[tokio::test]
async fn a_server_that_sends_no_message_authenticator_is_not_believed() {
    let server = FreeRadius::start().await;
    let strict = impatient(vec![udp(server.legacy())]);
    let lax = RadiusSettings {
        require_message_authenticator: false,
        ..usual(udp(server.legacy()))
    };

    assert_unreachable(&Person::new("alice", &strict).types("Pw-alice-1").await);
    assert_eq!(
        Person::new("alice", &lax).types("Pw-alice-1").await.unwrap(),
        ACCEPTED
    );
    assert_eq!(
        Person::new("alice", &lax).types("Pw-alice-2").await.unwrap(),
        Verdict::Reject
    );
}

#[tokio::test]
async fn a_server_with_another_secret_gives_no_yes() {
    let server = FreeRadius::start().await;
    for port in [server.strict(), server.legacy()] {
        let mut other = udp(port);
        other.transport = RadiusTransport::Udp {
            secret: Secret::new("another-Secret-2026"),
        };
        let settings = RadiusSettings {
            require_message_authenticator: false,
            ..impatient(vec![other])
        };

        assert_unreachable(&Person::new("alice", &settings).types("Pw-alice-1").await);
    }
}

#[tokio::test]
async fn after_a_black_hole_the_next_server_is_asked() {
    let server = FreeRadius::start().await;
    let settings = brisk(vec![udp(server.silent()), udp(server.strict())]);

    let alice = Person::new("alice", &settings);

    assert_eq!(alice.types("Pw-alice-1").await.unwrap(), ACCEPTED);
    assert_eq!(alice.types("Pw-alice-2").await.unwrap(), Verdict::Reject);
}

#[tokio::test]
async fn black_holes_alone_give_no_yes() {
    let server = FreeRadius::start().await;

    let verdict = Person::new("alice", &impatient(vec![udp(server.silent())]))
        .types("Pw-alice-1")
        .await;

    assert_unreachable(&verdict);
}

#[tokio::test]
async fn a_slow_server_is_waited_for() {
    let server = FreeRadius::start().await;

    let verdict = Person::new("alice", &usual(udp(server.slow())))
        .types("Pw-alice-1")
        .await;

    assert_eq!(verdict.unwrap(), ACCEPTED);
}

/// The server takes the repetitions for what they are and answers the first request.
#[tokio::test]
async fn a_repeated_request_is_answered_once() {
    let server = FreeRadius::start().await;
    let settings = RadiusSettings {
        time_out: FreeRadius::SLOWNESS * 2 / 3,
        tries: 5,
        ..usual(udp(server.slow()))
    };

    let verdict = Person::new("alice", &settings).types("Pw-alice-1").await;

    assert_eq!(verdict.unwrap(), ACCEPTED);
    assert_eq!(server.log().matches("Login OK").count(), 1, "{}", server.log());
}

#[tokio::test]
async fn a_server_that_is_too_slow_gives_no_yes() {
    let server = FreeRadius::start().await;

    let verdict = Person::new("alice", &impatient(vec![udp(server.slow())]))
        .types("Pw-alice-1")
        .await;

    assert_unreachable(&verdict);
}

#[tokio::test]
async fn a_name_is_looked_up() {
    let server = FreeRadius::start().await;
    let mut named = udp(server.strict());
    named.host = "localhost".to_owned();

    let verdict = Person::new("alice", &usual(named)).types("Pw-alice-1").await;

    assert_eq!(verdict.unwrap(), ACCEPTED);
}

#[tokio::test]
async fn a_name_without_an_address_gives_no_yes() {
    let mut nowhere = udp(1812);
    nowhere.host = "nowhere.invalid".to_owned();

    let verdict = Person::new("alice", &impatient(vec![nowhere]))
        .types("Pw-alice-1")
        .await;

    assert_unreachable(&verdict);
}
