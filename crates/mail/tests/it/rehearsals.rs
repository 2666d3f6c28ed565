use portcullis_testkit::SmtpServer;
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::{anonymous, dialogue, plain, problem, rehearse, signed_in};

#[tokio::test]
async fn a_rehearsal_that_works_shows_the_whole_dialogue() {
    let server = SmtpServer::start().await;
    let settings = signed_in(&server, "starttls", server.ports.starttls);

    let rehearsal = rehearse(&settings, "ann@example.test").await;

    assert_eq!(rehearsal.problem, None);
    let said = dialogue(&rehearsal);
    let port = server.ports.starttls;
    let size = server.wait_for_letter("ann@example.test").await.raw.len();
    assert_eq!(
        said,
        format!(
            "- connecting to localhost at 127.0.0.1:{port}\n\
             < 220 mail.example.test ready\n\
             > EHLO example.test\n\
             < 250-mail.example.test\n\
             < 250-SIZE 1000000\n\
             < 250-8BITMIME\n\
             < 250-SMTPUTF8\n\
             < 250-STARTTLS\n\
             < 250 HELP\n\
             > STARTTLS\n\
             < 220 Ready to start TLS\n\
             - encrypted with TLS 1.3; the certificate is accepted\n\
             > EHLO example.test\n\
             < 250-mail.example.test\n\
             < 250-SIZE 1000000\n\
             < 250-8BITMIME\n\
             < 250-SMTPUTF8\n\
             < 250-AUTH LOGIN PLAIN\n\
             < 250 HELP\n\
             > AUTH PLAIN •••\n\
             < 235 2.7.0 Authentication successful\n\
             > MAIL FROM:<vault@example.test>\n\
             < 250 2.1.0 Sender ok\n\
             > RCPT TO:<ann@example.test>\n\
             < 250 2.1.5 Recipient ok\n\
             > DATA\n\
             < 354 End data with <CR><LF>.<CR><LF>\n\
             - the letter, {size} bytes\n\
             > .\n\
             < 250 2.0.0 Queued as 1\n\
             > QUIT\n\
             < 221 Bye\n"
        )
    );
}

#[tokio::test]
async fn settings_that_cannot_work_are_told_without_a_dialogue() {
    let rehearsal = rehearse(
        &json!({"host": "", "port": 25, "security": "none", "from_address": "a@example.test"}),
        "ann@example.test",
    )
    .await;

    assert!(rehearsal.lines.is_empty());
    assert_eq!(
        rehearsal.problem.expect("it cannot work"),
        "The settings must be changed. host: must not be empty."
    );
}

#[tokio::test]
async fn a_host_that_does_not_exist_is_told_apart_from_one_that_does_not_listen() {
    let server = SmtpServer::start().await;
    let mut nowhere = plain(&server);
    nowhere["host"] = "mail.invalid".into();
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let port = free.local_addr().expect("it is bound").port();
    drop(free);

    assert_eq!(
        problem(&nowhere, "ann@example.test").await,
        "There is no machine named mail.invalid. Check the spelling of the host, and whether this machine can \
         resolve names."
    );
    assert_eq!(
        problem(&anonymous(&server, "none", port), "ann@example.test").await,
        format!(
            "localhost refuses connections on port {port}. Check the port, and whether the mail server runs."
        )
    );
}

#[tokio::test]
async fn each_fault_of_a_certificate_has_its_words() {
    let server = SmtpServer::start().await;
    let ports = server.ports;
    let words = async |port| problem(&anonymous(&server, "starttls", port), "ann@example.test").await;

    assert_eq!(
        words(ports.wrong_name).await,
        "The certificate is not for localhost but for other.example.test. Enter the host as the certificate names it."
    );
    assert_eq!(
        words(ports.untrusted).await,
        "The certificate of localhost was not issued by the authority that is entered here. Enter the certificate of \
         the right authority, or remove it to trust those that this machine trusts."
    );
    assert_eq!(
        words(ports.expired).await,
        "The certificate of localhost has expired. Who runs the server must renew it."
    );
    let mut machine = anonymous(&server, "starttls", ports.starttls);
    machine["ca_pem"] = "".into();
    assert_eq!(
        problem(&machine, "ann@example.test").await,
        "The certificate of localhost was issued by an authority that this machine does not trust. Enter the \
         certificate of that authority."
    );
}

#[tokio::test]
async fn the_wrong_kind_of_encryption_is_told() {
    let server = SmtpServer::start().await;
    let ports = server.ports;
    let mut impatient = anonymous(&server, "starttls", ports.tls);
    impatient["timeout_seconds"] = 1.into();

    let missing = problem(&anonymous(&server, "starttls", ports.plain), "ann@example.test").await;
    let clear = problem(&anonymous(&server, "tls", ports.plain), "ann@example.test").await;
    let silent = problem(&impatient, "ann@example.test").await;
    let wanted = problem(&anonymous(&server, "none", ports.starttls), "ann@example.test").await;

    assert!(
        missing.starts_with("localhost does not offer STARTTLS on port"),
        "{missing}"
    );
    assert!(
        clear.starts_with("localhost does not speak TLS from the first byte"),
        "{clear}"
    );
    assert!(silent.contains("choose TLS as security"), "{silent}");
    assert!(
        wanted.starts_with("localhost wants more before it takes letters"),
        "{wanted}"
    );
}

#[tokio::test]
async fn a_refused_sign_in_is_told_with_the_words_of_the_server() {
    let server = SmtpServer::start().await;
    let mut settings = signed_in(&server, "starttls", server.ports.starttls);
    settings["password"] = "mistyped".into();
    let nothing_offered = signed_in(&server, "none", server.ports.plain);
    let mut busy = settings.clone();
    busy["username"] = "busy".into();

    let refused = rehearse(&settings, "ann@example.test").await;

    assert!(
        dialogue(&refused).contains(
            "> AUTH PLAIN •••\n< 535 5.7.8 Authentication credentials invalid\n> QUIT\n< 221 Bye\n"
        )
    );
    assert_eq!(
        refused.problem.expect("it is refused"),
        "localhost does not accept the user name with this password. Check both; some servers want a password made \
         for programs instead of the person's own. Its words: 535 5.7.8 Authentication credentials invalid"
    );
    let nothing_offered = problem(&nothing_offered, "ann@example.test").await;
    assert!(
        nothing_offered.starts_with("localhost offers no way to sign in on port"),
        "{nothing_offered}"
    );
    let busy = problem(&busy, "ann@example.test").await;
    assert!(
        busy.starts_with("localhost cannot check the password now"),
        "{busy}"
    );
}

#[tokio::test]
async fn refused_senders_and_recipients_are_told() {
    let server = SmtpServer::start().await;
    let mut banned = plain(&server);
    banned["from_address"] = "banned@example.test".into();
    let mut impatient = plain(&server);
    impatient["timeout_seconds"] = 1.into();

    for (settings, to, beginning) in [
        (
            &banned,
            "ann",
            "localhost does not take letters from banned@example.test.",
        ),
        (
            &impatient,
            "unknown",
            "localhost does not deliver to unknown@example.test.",
        ),
        (
            &impatient,
            "full",
            "localhost does not take the letter now, but may later.",
        ),
        (
            &impatient,
            "grey",
            "localhost does not take the letter now, but may later.",
        ),
        (
            &impatient,
            "spam",
            "localhost looked at the letter and refused it.",
        ),
        (
            &impatient,
            "slow",
            "localhost stopped answering: 1 s were not enough.",
        ),
        (&impatient, "drop", "localhost cut the connection in the middle."),
        (&impatient, "a b", "“a b@example.test” is not an address"),
    ] {
        let problem = problem(settings, &format!("{to}@example.test")).await;

        assert!(problem.starts_with(beginning), "{to}: {problem}");
    }
}
