//! The phone call in a real browser, with telephones that none of us wrote.

use std::time::Duration;

use portcullis_testkit::phones::{Baresip, Behaviour, Sipp};
use serde_json::json;

use crate::browser::code_now;
use crate::company::{Company, type_password};
use crate::looks::Eye;
use crate::phones::{LISTENS, NUMBER, digits, shows_in_the_end};

#[tokio::test(flavor = "multi_thread")]
async fn the_digits_of_the_page_keyed_in_on_a_phone_let_in() {
    let company = Company::new().await;
    let phone = Baresip::start_as(NUMBER);
    company.set_phone(phone.port, "number_match").await;
    company.switch_on(&["phone", "backup_code", "totp"]).await;
    let (vera, _) = company.called("vera").await;

    type_password(&vera, "vera").await;
    vera.shows("We're calling +1 ••• ••• ••00.").await;
    let shown = digits(&vera).await;
    // Another number first: the voice asks once more.
    let other = if shown == "123" { "321#" } else { "123#" };
    tokio::task::block_in_place(|| phone.press(other));
    tokio::time::sleep(Duration::from_secs(1)).await;
    tokio::task::block_in_place(|| phone.press(&format!("{shown}#")));

    vera.shows("Sign out").await;
    let call = company.latest_call().await;
    assert_eq!(call["outcome"], "granted", "{call}");
    assert!(!call.to_string().contains("9249500"));
    vera.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_set_up_by_its_person_with_a_call() {
    let company = Company::new().await;
    let phone = Baresip::start_as(NUMBER);
    company.set_phone(phone.port, "number_match").await;
    company.switch_on(&["phone", "backup_code", "totp"]).await;
    let (vera, own) = company.newcomer("vera").await;
    type_password(&vera, "vera").await;
    vera.submit(&[("code", &code_now(&own.app))], "main button.primary")
        .await;
    vera.shows("Sign out").await;

    vera.goto("/me/security").await;
    vera.submit(&[], "button[value=phone]").await;
    vera.submit(&[("details", "911")], "main button.primary").await;
    vera.shows("spaces between").await;
    let eye = Eye::new();
    eye.watch(&vera).await;
    vera.submit(&[("details", "1 9259249500")], "main button.primary")
        .await;
    let shown = digits(&vera).await;
    tokio::task::block_in_place(|| phone.press(&format!("{shown}#")));
    vera.shows("Added. You can sign in with it from now on.").await;
    vera.shows("+1 ••• ••• ••00").await;
    vera.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_line_and_a_hang_up_do_not_let_in_and_pound_does() {
    let company = Company::new().await;
    let phone = Sipp::play(Behaviour::Reject(486));
    company.set_phone(phone.port, "confirm").await;
    company.switch_on(&["phone", "backup_code", "totp"]).await;
    let (vera, _) = company.called("vera").await;

    type_password(&vera, "vera").await;
    vera.shows("The line is busy. Wait a moment, then call again.")
        .await;
    let mut eye = Eye::new();
    eye.watch(&vera).await;
    eye.look(&vera, "/sign-in/call").await;
    eye.close();

    // From here on the setting of a running server changes, and no node is told.
    let phone = Sipp::play(Behaviour::HangUp);
    company.set_phone(phone.port, "confirm").await;
    vera.submit(&[], "form[action='/sign-in/call'] button").await;
    vera.shows("The call ended before it was confirmed.").await;

    // Whoever presses before the voice has said what to do is not heard, so this one listens first.
    let phone = Sipp::play_slowly(Behaviour::Info('#'), LISTENS);
    company.set_phone(phone.port, "confirm").await;
    vera.submit(&[], "form[action='/sign-in/call'] button").await;
    shows_in_the_end(&vera, "Sign out").await;
    vera.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_presses_0_pound_ends_the_sign_in() {
    let company = Company::new().await;
    let phone = Baresip::start_as(NUMBER);
    company.set_phone(phone.port, "number_match").await;
    company.switch_on(&["phone", "backup_code", "totp"]).await;
    let (vera, own) = company.called("vera").await;

    type_password(&vera, "vera").await;
    digits(&vera).await;
    tokio::task::block_in_place(|| phone.press("0#1"));
    vera.shows("Somebody on the phone said that this wasn't you, so the sign-in was ended.")
        .await;

    // Backup codes do not help: the only thing to set up with one would be the phone.
    type_password(&vera, "vera").await;
    vera.shows(
        "Phone calls are switched off for you, because somebody on the phone said that a sign-in wasn't you.",
    )
    .await;
    company.require("vera", &["phone", "totp"]).await;
    type_password(&vera, "vera").await;
    vera.submit(&[("code", &code_now(&own.app))], "main button.primary")
        .await;
    vera.shows("Sign out").await;
    vera.goto("/me/security").await;
    vera.shows("Phone Call: Switched off after a call was reported as not wanted.")
        .await;
    let text = vera.text().await;
    assert!(
        !text.contains("wrong codes") && !text.contains("Switch Phone Call on again"),
        "{text}"
    );
    vera.submit(&[], "button[value=phone]").await;
    vera.submit(&[("details", "1 9259249501")], "main button.primary")
        .await;
    vera.shows("Only an administrator can switch them on again.")
        .await;

    company.reset("vera", "phone").await;
    let id = company.id_of("vera").await;
    let path = format!("/api/v2/users/{}/mfa", id.as_str().expect("an id is a text"));
    let mfa = company.api.get(&path).await.expect(200);
    assert_eq!(mfa.body["switched_off"], json!([]), "{}", mfa.body);
    vera.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_set_up_on_the_way_in_and_a_call_confirms_afterwards() {
    let company = Company::new().await;
    let phone = Baresip::start_as(NUMBER);
    company.set_phone(phone.port, "number_match").await;
    company.switch_on(&["phone", "backup_code", "totp"]).await;
    let (vera, own) = company.person("vera", &["phone"]).await;

    type_password(&vera, "vera").await;
    vera.submit(&[("code", &code_now(&own.app))], "main button.primary")
        .await;
    vera.shows("Add a second step").await;
    vera.submit(&[], "main form[action='/sign-in/set-up'] button")
        .await;
    vera.submit(&[("details", "1 9259249500")], "main button.primary")
        .await;
    let shown = digits(&vera).await;
    tokio::task::block_in_place(|| phone.press(&format!("{shown}#")));
    vera.shows("Sign out").await;
    let call = company.latest_call().await;
    assert_eq!(
        (&call["purpose"], &call["outcome"]),
        (&json!("enrolment"), &json!("granted"))
    );

    // An hour later, something that asks for a fresh second step.
    company.require("vera", &["phone", "totp"]).await;
    let hour_ago = "UPDATE sessions SET proven_at = proven_at - 3600000000";
    company.server.installation.sql(hour_ago).await;
    vera.goto("/me/security").await;
    vera.submit(&[], "main button[value=totp]").await;
    vera.shows("Confirm it's you").await;
    vera.click("main details summary").await;
    vera.submit(&[], "form[action='/me/confirm/ask'] button").await;
    vera.shows("We're calling +1 ••• ••• ••00.").await;
    let shown = digits(&vera).await;
    tokio::task::block_in_place(|| phone.press(&format!("{shown}#")));
    vera.shows("My security").await;
    let call = company.latest_call().await;
    assert_eq!(
        (&call["purpose"], &call["outcome"]),
        (&json!("session"), &json!("granted"))
    );
    vera.submit(&[], "main button[value=totp]").await;
    vera.find("#totp-key").await;

    // And once more, with somebody at the phone who says that it is not them.
    company.server.installation.sql(hour_ago).await;
    vera.goto("/me/confirm").await;
    vera.click("main details summary").await;
    vera.submit(&[], "form[action='/me/confirm/ask'] button").await;
    let _ = digits(&vera).await;
    tokio::task::block_in_place(|| phone.press("0#1"));
    vera.shows("Somebody on the phone said that this wasn't you, so the sign-in was ended.")
        .await;
    assert_eq!(vera.path().await, "/sign-in");
    vera.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_call_is_looked_at_while_it_rings_and_while_it_is_answered() {
    let company = Company::new().await;
    let phone = Sipp::play(Behaviour::RingForever);
    company.set_phone(phone.port, "number_match").await;
    company.switch_on(&["phone", "backup_code", "totp"]).await;
    let (vera, _) = company.called("vera").await;
    let mut eye = Eye::new();
    eye.watch(&vera).await;

    type_password(&vera, "vera").await;
    vera.shows("Ringing… Answer your phone.").await;
    eye.look_on(&vera, "call ringing").await;
    vera.shows("Ringing… Answer your phone.").await;
    vera.submit(&[], "form[action='/sign-in/cancel'] button").await;

    let phone = Baresip::start_as(NUMBER);
    company.set_phone(phone.port, "number_match").await;
    type_password(&vera, "vera").await;
    let shown = digits(&vera).await;
    eye.look_on(&vera, "call answered").await;
    vera.shows(&format!("Answered. Key in {shown} now, then #."))
        .await;
    vera.quit().await;

    let admin = company.administrator().await;
    eye.watch(&admin).await;
    eye.look(&admin, "/admin/phone/calls?who=vera").await;
    eye.close();
    admin.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_phone_calls_are_looked_at() {
    let company = Company::new().await;
    let phone = Baresip::start_as(NUMBER);
    company.set_phone(phone.port, "number_match").await;
    company.switch_on(&["phone", "backup_code", "totp"]).await;
    let admin = company.administrator().await;
    let mut eye = Eye::new();
    eye.watch(&admin).await;
    for path in [
        "/admin/phone",
        "/me/confirm/call",
        "/admin/mfa/test/phone/call",
        "/admin/phone/calls",
    ] {
        eye.look(&admin, path).await;
    }
    eye.close();
    admin.quit().await;
}
