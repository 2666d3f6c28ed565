use portcullis_mail::{MailSettings, Security};
use portcullis_model::Mailer;
use serde_json::{Value, json};

use crate::support::mailer;

fn good() -> Value {
    json!({
        "host": "mail.example.test",
        "port": 587,
        "security": "starttls",
        "username": "vault",
        "password": "secret",
        "from_address": "vault@example.test",
    })
}

/// The field that is found wrong when one is changed.
fn wrong(field: &str, value: Value) -> &'static str {
    let mut settings = good();
    settings[field] = value;
    let problem = mailer()
        .check(settings.to_string().as_bytes())
        .expect_err("this must be wrong");
    problem.field
}

#[test]
fn good_settings_pass() {
    let settings = MailSettings::parse(good().to_string().as_bytes()).expect("they are good");

    assert_eq!(settings.security, Security::StartTls);
    assert_eq!(settings.timeout_seconds, 20);
}

#[test]
fn every_wrong_field_is_named() {
    for (field, value) in [
        ("host", json!("")),
        ("host", json!("smtp://mail.example.test")),
        ("host", json!("mail.example.test:587")),
        ("host", json!("mail example")),
        ("host", json!("mail.example.test\r\nRSET")),
        ("port", json!(0)),
        ("security", json!("none")),
        ("from_address", json!("")),
        ("from_address", json!("Vault <vault@example.test>")),
        ("from_address", json!("vault@bücher.example")),
        ("from_name", json!("a\nb")),
        ("from_name", json!("n".repeat(201))),
        ("reply_to", json!("nobody")),
        ("ca_pem", json!("not a certificate")),
        (
            "ca_pem",
            json!("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        ),
        ("timeout_seconds", json!(0)),
        ("timeout_seconds", json!(61)),
    ] {
        assert_eq!(wrong(field, value.clone()), field, "{value}");
    }
    assert_eq!(wrong("username", json!("")), "username");
    assert_eq!(wrong("username", Value::Null), "username");
    assert_eq!(wrong("password", json!("")), "password");
    assert_eq!(wrong("password", Value::Null), "password");
    assert_eq!(wrong("password", json!("a\0b")), "password");
    assert_eq!(wrong("colour", json!("red")), "");
}

#[test]
fn a_password_goes_in_clear_only_to_this_machine() {
    for (host, is_good) in [
        ("localhost", true),
        ("127.0.0.1", true),
        ("::1", true),
        ("mail.example.test", false),
        ("localhost.example.test", false),
        ("192.0.2.7", false),
    ] {
        let mut settings = good();
        settings["security"] = "none".into();
        settings["host"] = host.into();

        let checked = mailer().check(settings.to_string().as_bytes());

        assert_eq!(checked.is_ok(), is_good, "{host}");
    }
}

#[test]
fn without_a_user_nothing_needs_to_be_encrypted() {
    let mut settings = good();
    settings["security"] = "none".into();
    settings["username"] = "".into();
    settings["password"] = "".into();

    assert!(mailer().check(settings.to_string().as_bytes()).is_ok());
}

#[test]
fn nothing_is_no_settings() {
    let problem = mailer().check(b"").expect_err("nothing is set up");

    assert_eq!(problem.problem, "no mail server is set up");
}
