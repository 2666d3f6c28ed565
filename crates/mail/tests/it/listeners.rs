use portcullis_model::MailError;
use portcullis_testkit::SmtpServer;
use serde_json::Value;

use crate::support::{anonymous, letter, send, signed_in};

/// Sends a letter, and tells how it came in: TLS version and user.
async fn arrival(server: &SmtpServer, settings: &Value) -> (Option<String>, Option<String>) {
    send(settings, &letter(&["ann@example.test"]))
        .await
        .expect("the server takes the letter");
    let arrived = server.wait_for_letter("ann@example.test").await;
    (arrived.tls, arrived.login)
}

#[tokio::test]
async fn a_letter_leaves_through_every_kind_of_listener() {
    let server = SmtpServer::start().await;
    let tls = Some("TLSv1.3".to_owned());
    let user = Some(SmtpServer::USERNAME.to_owned());
    let ports = server.ports;

    for (settings, expected) in [
        (anonymous(&server, "none", ports.plain), (None, None)),
        (
            signed_in(&server, "none", ports.plain_login),
            (None, user.clone()),
        ),
        (
            signed_in(&server, "starttls", ports.starttls),
            (tls.clone(), user.clone()),
        ),
        (
            signed_in(&server, "starttls", ports.starttls_login_only),
            (tls.clone(), user.clone()),
        ),
        (signed_in(&server, "tls", ports.tls), (tls, user)),
    ] {
        assert_eq!(arrival(&server, &settings).await, expected, "{settings}");
    }
    assert_eq!(server.letters().len(), 5);
}

#[tokio::test]
async fn an_address_is_as_good_as_a_name_if_the_certificate_holds_it() {
    let server = SmtpServer::start().await;
    let mut settings = signed_in(&server, "tls", server.ports.tls);
    settings["host"] = "127.0.0.1".into();

    let (tls, _) = arrival(&server, &settings).await;

    assert!(tls.is_some());
}

#[tokio::test]
async fn a_certificate_that_proves_nothing_stops_the_letter_for_now() {
    let server = SmtpServer::start().await;
    let ports = server.ports;

    for port in [ports.wrong_name, ports.untrusted, ports.expired] {
        let sent = send(
            &anonymous(&server, "starttls", port),
            &letter(&["ann@example.test"]),
        )
        .await;

        assert!(
            matches!(&sent, Err(MailError::Later(text)) if text.starts_with("encrypting: invalid peer certificate")),
            "{sent:?}"
        );
    }
    assert!(server.letters().is_empty());
}

#[tokio::test]
async fn the_authorities_of_the_machine_do_not_know_the_test_server() {
    let server = SmtpServer::start().await;
    let mut settings = signed_in(&server, "starttls", server.ports.starttls);
    settings["ca_pem"] = Value::Null;

    let sent = send(&settings, &letter(&["ann@example.test"])).await;

    assert!(matches!(sent, Err(MailError::Later(_))), "{sent:?}");
    assert!(server.letters().is_empty());
}

#[tokio::test]
async fn without_starttls_nothing_is_sent_in_clear() {
    let server = SmtpServer::start().await;
    let settings = signed_in(&server, "starttls", server.ports.plain_login);

    let sent = send(&settings, &letter(&["ann@example.test"])).await;

    assert_eq!(
        sent,
        Err(MailError::Settings(
            "asking for encryption: the server does not offer it".to_owned()
        ))
    );
    assert!(server.letters().is_empty());
}
