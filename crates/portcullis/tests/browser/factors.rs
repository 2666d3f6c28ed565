//! Every second factor in a real browser, against a real mail server, a real RADIUS server and Chromium's own
//! authenticator.

use std::time::{Duration, Instant};

use portcullis_testkit::SmtpServer;
use portcullis_testkit::radius::FreeRadius;
use serde_json::{Value, json};

use crate::browser::code_now;
use crate::company::{Company, code_in, type_password};

#[tokio::test]
async fn a_code_by_email_is_asked_for_wrong_expired_replaced_and_right() {
    let company = Company::new().await;
    let mail = SmtpServer::start().await;
    company.set_mail(&mail).await;
    company.switch_on(&["email", "backup_code", "totp"]).await;
    let (vera, _) = company.person("vera", &["email", "backup_code"]).await;

    type_password(&vera, "vera").await;
    vera.shows("Enter the code from your e-mail").await;
    vera.shows("v•••a@example.org").await;
    let first = code_in(&mail, "vera@example.org", 1).await;
    let wrong = if first == "000000" { "000001" } else { "000000" };
    vera.submit(&[("code", wrong)], "main button.primary").await;
    vera.shows("Incorrect verification code.").await;
    vera.submit(&[], "form[action='/sign-in/resend'] button").await;
    vera.shows("We sent a new code. The old one no longer works.")
        .await;
    let second = code_in(&mail, "vera@example.org", 2).await;
    vera.submit(&[("code", &first)], "main button.primary").await;
    vera.shows("Incorrect verification code.").await;
    vera.submit(&[("code", &second)], "main button.primary").await;
    vera.shows("Sign out").await;

    vera.submit(&[], "form[action='/sign-out'] button").await;
    type_password(&vera, "vera").await;
    vera.submit(&[], "form[action='/sign-in/cancel'] button").await;
    vera.shows("Sign-in cancelled. Nothing was changed.").await;

    vera.quit().await;
}

#[tokio::test]
async fn a_code_by_email_ends_with_its_time_and_more_time_can_be_asked_for() {
    let company = Company::new().await;
    let mail = SmtpServer::start().await;
    company.set_mail(&mail).await;
    company.switch_on(&["email", "backup_code", "totp"]).await;
    company.set_site("email_seconds", json!(30)).await;
    let (vera, _) = company.person("vera", &["email", "backup_code"]).await;

    type_password(&vera, "vera").await;
    let late = code_in(&mail, "vera@example.org", 1).await;
    vera.submit(&[], "form[action='/sign-in/more-time'] button").await;
    let begin = Instant::now();
    while vera.path().await != "/sign-in" {
        assert!(
            begin.elapsed() < Duration::from_secs(50),
            "the page does not end by itself"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(Duration::from_secs(25) < begin.elapsed(), "the time began anew");
    vera.shows("Correct verification code was not entered before timeout.")
        .await;
    type_password(&vera, "vera").await;
    vera.shows("Enter the code from your e-mail").await;
    vera.submit(&[("code", &late)], "main button.primary").await;
    vera.shows("Incorrect verification code.").await;
    vera.quit().await;
}

#[tokio::test]
async fn a_hardware_token_is_asked_for_the_next_code_and_for_a_new_pin() {
    let company = Company::new().await;
    let radius = FreeRadius::start().await;
    company.set("radius", radius_settings(radius.strict())).await;
    company.switch_on(&["radius", "backup_code", "totp"]).await;
    let (dave, _) = company.person("dave", &["radius", "backup_code"]).await;

    type_password(&dave, "dave").await;
    dave.shows("Enter your token code").await;
    dave.submit(&[("code", "1234999999")], "main button.primary")
        .await;
    dave.shows("Incorrect verification code.").await;
    dave.submit(&[("code", "1234222222")], "main button.primary")
        .await;
    dave.shows("Wait for the token code to change").await;
    dave.submit(&[("code", "333333")], "main button.primary").await;
    dave.shows("Sign out").await;

    dave.submit(&[], "form[action='/sign-out'] button").await;
    type_password(&dave, "dave").await;
    dave.submit(&[("code", "1234444444")], "main button.primary")
        .await;
    dave.shows("Enter a new PIN of 4 to 8 digits").await;
    dave.submit(&[("code", "5678")], "main button.primary").await;
    dave.shows("Enter the new PIN again").await;
    dave.submit(&[("code", "5678")], "main button.primary").await;
    dave.shows("Sign out").await;
    dave.quit().await;
}

#[tokio::test]
async fn a_radius_server_without_message_authenticator_is_not_believed() {
    let company = Company::new().await;
    let radius = FreeRadius::start().await;
    company.set("radius", radius_settings(radius.legacy())).await;
    company.switch_on(&["radius", "backup_code", "totp"]).await;
    let (alice, mut own) = company.person("alice", &["radius", "backup_code"]).await;

    type_password(&alice, "alice").await;
    alice
        .submit(&[("code", "Pw-alice-1")], "main button.primary")
        .await;
    alice.shows("The RADIUS server did not answer.").await;
    alice.use_backup_codes().await;
    let code = own.backup_codes.pop().expect("a backup code is left");
    alice.submit(&[("code", &code)], "main button.primary").await;
    alice.shows("Sign out").await;
    alice.quit().await;
}

fn radius_settings(port: u16) -> Value {
    json!({
        "servers": [{ "host": "127.0.0.1", "port": port, "transport": { "udp": { "secret": FreeRadius::SECRET } } }],
        "time_out_ms": 1500, "tries": 1,
    })
}

#[tokio::test]
async fn a_security_key_is_set_up_on_the_way_in_and_signs_in_afterwards() {
    let company = Company::new().await;
    company.switch_on(&["backup_code", "totp", "web_authn"]).await;
    let (wanda, own) = company.person("wanda", &["web_authn"]).await;
    wanda.command("WebAuthn.enable", json!({})).await;
    let key = json!({ "options": {
        "protocol": "ctap2", "transport": "usb", "hasResidentKey": true, "hasUserVerification": true,
        "isUserVerified": true, "automaticPresenceSimulation": true,
    } });
    let key = wanda.command("WebAuthn.addVirtualAuthenticator", key).await;

    type_password(&wanda, "wanda").await;
    wanda.shows("Enter the code from your app").await;
    wanda
        .submit(&[("code", &code_now(&own.app))], "main button.primary")
        .await;
    wanda.shows("Add a second step").await;
    wanda
        .submit(&[], "main form[action='/sign-in/set-up'] button")
        .await;
    wanda.submit(&[("name", "Blue key")], "main button.primary").await;
    wanda.shows("Sign out").await;

    wanda.submit(&[], "form[action='/sign-out'] button").await;
    type_password(&wanda, "wanda").await;
    wanda.shows("Use your security key").await;
    wanda.submit(&[], "main button.primary").await;
    wanda.shows("Sign out").await;

    wanda.submit(&[], "form[action='/sign-out'] button").await;
    let gone = json!({ "authenticatorId": key["authenticatorId"] });
    wanda.command("WebAuthn.removeVirtualAuthenticator", gone).await;
    let other = json!({ "options": {
        "protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": true,
    } });
    wanda.command("WebAuthn.addVirtualAuthenticator", other).await;
    type_password(&wanda, "wanda").await;
    wanda.shows("Use your security key").await;
    wanda.click("main button.primary").await;
    wanda.shows("Cancelled or timed out. Try again.").await;
    wanda.quit().await;
}
