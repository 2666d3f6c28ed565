//! The phone call in a real browser, with telephones that none of us wrote.

use std::time::Duration;

use portcullis_testkit::phones::{Baresip, Behaviour, Sipp};
use serde_json::{Value, json};

use crate::browser::{Browser, code_now};
use crate::company::{Company, type_password};
use crate::looks::Eye;

const NUMBER: &str = "+19259249500";

fn trunk(port: u16, mode: &str) -> Value {
    json!({
        // They would take a question whether they are well for a call.
        "trunks": [{
            "host": "127.0.0.1", "port": port, "transport": "udp", "username": "portcullis", "upkeep": "none",
        }],
        "mode": mode, "countries": ["US"],
    })
}

impl Company {
    async fn set_phone(&self, port: u16, mode: &str) {
        let found = self.api.get("/api/v2/settings/phone").await.expect(200);
        let body = json!({ "value": trunk(port, mode), "revision": found.body["revision"] });
        let _ = self.api.put("/api/v2/settings/phone", &body).await.expect(204);
    }

    /// Somebody whose number an administrator has entered, and who must use it.
    pub(crate) async fn called(&self, username: &str) -> (Browser, crate::browser::SetUp) {
        let (browser, set_up) = self.person(username, &["phone", "backup_code"]).await;
        let id = self.id_of(username).await;
        let id = id.as_str().expect("an id is a text");
        let number = json!({ "number": NUMBER, "reason": "staff directory" });
        let _ = self
            .api
            .put(&format!("/api/v2/users/{id}/mfa/phone"), &number)
            .await
            .expect(204);
        (browser, set_up)
    }
}

/// What the page shows for keying in, once the telephone was answered and listens.
pub(crate) async fn digits(browser: &Browser) -> String {
    let found = browser.find(".digits strong").await;
    let digits = found.text().await.expect("the digits are a text");
    shows_in_the_end(browser, &format!("Key in {digits} now")).await;
    digits
}

/// A voice takes its time.
async fn shows_in_the_end(browser: &Browser, words: &str) {
    for _ in 0..150 {
        if browser.text().await.contains(words) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    browser.shows(words).await;
}

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
    let calls = company.api.get("/api/v2/calls").await.expect(200);
    assert_eq!(calls.body["items"][0]["outcome"], "granted", "{}", calls.body);
    assert!(!calls.body.to_string().contains("9249500"));
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
    let phone = Sipp::play(Behaviour::LateInfo('#', 10_000));
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
    let (vera, _) = company.called("vera").await;

    type_password(&vera, "vera").await;
    digits(&vera).await;
    tokio::task::block_in_place(|| phone.press("0#1"));

    vera.shows("You told us this wasn't you.").await;
    type_password(&vera, "vera").await;
    vera.shows("Enter a backup code").await;
    vera.quit().await;
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
        "/admin/phone/calls",
        "/me/confirm/call",
        "/admin/mfa/test/phone/call",
    ] {
        eye.look(&admin, path).await;
    }
    eye.close();
    admin.quit().await;
}
