//! A remembered browser in a real one: not asked at sign-in, asked before what matters, forgotten.

use portcullis_testkit::server::{Api, Console, Server};
use serde_json::json;

use crate::browser::{Browser, PASSWORD, code_now};
use crate::chromium::Chromium;

async fn sign_out_and_type_password(browser: &Browser) {
    browser.submit(&[], "form[action='/sign-out'] button").await;
    browser.goto("/sign-in").await;
    browser
        .submit(&[("username", "rita")], "main button.primary")
        .await;
    browser
        .submit(&[("password", PASSWORD)], "main button.primary")
        .await;
}

#[tokio::test]
async fn a_remembered_browser_asks_no_code_but_confirms_and_can_be_forgotten() {
    let server = Server::start(env!("CARGO_BIN_EXE_portcullis")).await;
    let (console, _) = Console::set_up_first(&server).await;
    let api = Api::new(
        &server,
        &console.token("policy", &["read", "write", "administer"]).await,
    );
    let policy = api.get("/api/v2/mfa/policy").await.expect(200).body;
    let mut site = policy["site"].clone();
    assert_eq!(site["remember"], "off");
    site["remember"] = json!("12h");
    let change = json!({ "change": { "site": site }, "summary": "test", "version": policy["version"] });
    let _ = api.post("/api/v2/mfa/changes", &change).await.expect(201);
    let code = console.add_person("rita", "password_user").await;
    let chromium = Chromium::start().await;
    let rita = Browser::open(&chromium, "rita", server.url(""), (1280, 900)).await;
    let person = [("display_name", "Rita"), ("email", "rita@example.org")];
    let mut own = rita.set_up(&code, &person).await;

    sign_out_and_type_password(&rita).await;
    rita.shows("Don't ask again on this browser for 12 hours").await;
    rita.click("input[name='remember']").await;
    rita.submit(&[("code", &code_now(&own.app))], "main button.primary")
        .await;
    rita.shows("Sign out").await;

    sign_out_and_type_password(&rita).await;
    rita.shows("Sign out").await;
    rita.goto("/me/security").await;
    rita.shows("Remembered browsers").await;
    rita.shows(", remembered browser").await;
    rita.submit(&[], "form[action='/me/security/add'] button[value='totp']")
        .await;
    rita.shows("Confirm it's you").await;

    rita.goto("/me/security").await;
    rita.submit(&[], "form[action$='/forget'] button").await;
    rita.shows("Forgotten. The second step is asked there again.")
        .await;
    sign_out_and_type_password(&rita).await;
    rita.shows("Enter the code from your app").await;
    rita.use_backup_codes().await;
    let backup = own.backup_codes.pop().expect("a backup code is left");
    assert_eq!(
        rita.evaluate("document.querySelectorAll(\"input[name='remember']\").length")
            .await,
        json!(0),
        "an emergency is not remembered"
    );
    rita.submit(&[("code", &backup)], "main button.primary").await;
    rita.shows("Sign out").await;
    rita.quit().await;
}
