use data_encoding::BASE64;
use portcullis_mail::MailSettings;
use portcullis_model::Mailer;
use portcullis_testkit::SmtpServer;

use crate::support::{dialogue, letter, mailer, rehearse, send, signed_in};

const CANARY: &str = "canary-7f3e91";

fn assert_silent(text: &str) {
    let plain = BASE64.encode(format!("\0parrot\0{CANARY}").as_bytes());
    for secret in [CANARY, &BASE64.encode(CANARY.as_bytes()), &plain] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

#[tokio::test]
async fn a_server_that_repeats_the_password_is_not_quoted() {
    let server = SmtpServer::start().await;
    let ports = server.ports;

    for (security, port) in [
        ("starttls", ports.starttls),
        ("starttls", ports.starttls_login_only),
        ("tls", ports.tls),
        ("none", ports.plain_login),
    ] {
        let mut settings = signed_in(&server, security, port);
        settings["username"] = "parrot".into();
        settings["password"] = CANARY.into();

        let rehearsal = rehearse(&settings, "ann@example.test").await;
        let error = send(&settings, &letter(&["ann@example.test"]))
            .await
            .expect_err("the server refuses");

        assert!(dialogue(&rehearsal).contains("< 535 5.7.8 Not •••\n"));
        assert_silent(&format!("{rehearsal:?}"));
        assert_silent(&format!("{error:?} {error}"));
        assert!(error.to_string().contains("535 5.7.8 Not •••"));
    }
}

#[test]
fn settings_do_not_print_the_password() {
    let settings = format!(
        r#"{{"host": "localhost", "port": 25, "security": "starttls", "from_address": "a@example.test",
            "username": "parrot", "password": "{CANARY}"}}"#
    );

    let settings = MailSettings::parse(settings.as_bytes()).expect("they are good");

    assert_silent(&format!("{settings:?}"));
}

#[test]
fn settings_that_cannot_be_read_are_not_quoted() {
    for settings in [
        format!(r#"{{"port": "{CANARY}"}}"#),
        format!(r#"{{"password": ["{CANARY}"]}}"#),
        format!(r#"{{"{CANARY}": 1}}"#),
        format!(r#""{CANARY}""#),
        CANARY.to_owned(),
    ] {
        let problem = mailer()
            .check(settings.as_bytes())
            .expect_err("they cannot be read");

        assert_silent(&format!("{problem:?} {problem}"));
    }
}
