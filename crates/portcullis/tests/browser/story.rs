use portcullis_testkit::server::Server;
use serde_json::json;

use crate::browser::{Browser, SetUp, code_now};
use crate::chromium::Chromium;

const DESKTOP: (u32, u32) = (1280, 900);

#[tokio::test]
async fn a_person_sets_up_signs_in_reveals_a_password_and_the_trail_shows_it() {
    let server = Server::start(env!("CARGO_BIN_EXE_portcullis")).await;
    let chromium = Chromium::start().await;
    let olga = Browser::open(&chromium, "olga", server.url(""), DESKTOP).await;

    let person = [
        ("username", "olga"),
        ("display_name", "Olga Owner"),
        ("email", "olga@corp.example"),
    ];
    let mut own = olga
        .set_up(server.setup_code().expect("nobody has set up"), &person)
        .await;
    olga.shows("First steps").await;
    assert_eq!(own.backup_codes.len(), 10);

    olga.submit(&[], "form[action='/sign-out'] button").await;
    wrong_codes_are_counted(&olga, &mut own).await;
    let account = add_resource_and_account(&olga).await;
    reveal_and_copy(&olga, &account).await;

    let second = invite(&olga, "vera").await;
    let third = invite(&olga, "zoe").await;
    let vera = Browser::open(&chromium, "vera", server.url(""), DESKTOP).await;
    vera.set_up(
        &second,
        &[("display_name", "Vera Viewer"), ("email", "vera@corp.example")],
    )
    .await;
    let zoe = Browser::open(&chromium, "zoe", server.url(""), DESKTOP).await;
    zoe.set_up(
        &third,
        &[("display_name", "Zoe Stranger"), ("email", "zoe@corp.example")],
    )
    .await;

    olga.goto(&format!("{account}?tab=access")).await;
    olga.submit(&[("person", "vera")], "form[action$='/share'] button.primary")
        .await;
    olga.shows("Vera Viewer").await;

    vera.goto(&account).await;
    vera.fill("reason", "INC-7 restart").await;
    vera.click("form[data-reveal] button.primary").await;
    assert_eq!(shown_password(&vera).await.chars().count(), 24);
    zoe.goto(&account).await;
    zoe.shows("Not found").await;

    olga.goto("/audit?operation=account.").await;
    for words in ["INC-7 restart", "vera", "zoe", "deny", "root@db-prod-01"] {
        olga.shows(words).await;
    }
    olga.goto("/audit/verify").await;
    olga.shows("The chain is whole.").await;
    for browser in [olga, vera, zoe] {
        browser.quit().await;
    }
}

async fn wrong_codes_are_counted(olga: &Browser, own: &mut SetUp) {
    olga.begin_sign_in("olga").await;
    let right = code_now(&own.app);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for left in ["3", "2", "1"] {
        olga.submit(&[("code", wrong)], "main button.primary").await;
        olga.shows("Incorrect verification code.").await;
        olga.shows(&format!("You have {left} tries left.")).await;
    }
    olga.submit(&[("code", wrong)], "main button.primary").await;
    olga.shows("Too many failed attempts with incorrect verification code.")
        .await;

    olga.goto("/sign-in").await;
    olga.submit(&[("username", "olga")], "main button.primary").await;
    olga.submit(&[("password", "not the password")], "main button.primary")
        .await;
    olga.shows("Username or password is incorrect.").await;
    olga.submit(&[], "form[action='/sign-in/cancel'] button").await;
    olga.shows("Sign-in cancelled. Nothing was changed.").await;

    let code = own.backup_codes.last().cloned().expect("a backup code is left");
    olga.sign_in("olga", own).await;
    olga.submit(&[], "form[action='/sign-out'] button").await;
    olga.begin_sign_in("olga").await;
    olga.use_backup_codes().await;
    olga.submit(&[("code", &code)], "main button.primary").await;
    olga.shows("That backup code isn't valid or was already used.")
        .await;
    own.backup_codes.retain(|left| *left != code);
    let fresh = own.backup_codes.pop().expect("a backup code is left");
    olga.submit(&[("code", &fresh)], "main button.primary").await;
    olga.shows("First steps").await;
}

async fn add_resource_and_account(olga: &Browser) -> String {
    olga.goto("/resources/new").await;
    let fields = [
        ("name", "db-prod-01"),
        ("kind", "PostgreSQL"),
        ("address", "10.20.0.11"),
    ];
    olga.submit(&fields, "main button.primary").await;
    olga.shows("db-prod-01").await;
    olga.goto("/passwords/new").await;
    olga.submit(&[("name", "root")], "main button.primary").await;
    olga.shows("root").await;
    let path = olga.path().await;
    assert!(path.starts_with("/accounts/"), "{path}");
    path
}

async fn reveal_and_copy(olga: &Browser, account: &str) {
    olga.goto(account).await;
    olga.fill("reason", "CHG-1042 index rebuild").await;
    olga.click("form[data-reveal] button.primary").await;
    let shown = shown_password(olga).await;
    assert_eq!(
        shown.chars().count(),
        24,
        "a generated password has 24 characters"
    );

    let masked = "document.querySelector('[data-mask]').textContent.includes('•')";
    let waited = format!(
        "new Promise(done => {{ const look = () => {masked} ? done(true) : setTimeout(look, 100); look(); }})"
    );
    assert_eq!(
        olga.evaluate(&waited).await,
        json!(true),
        "it is masked again after ten seconds"
    );

    let origin = olga.evaluate("location.origin").await;
    let permissions =
        json!({ "origin": origin, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
    olga.command("Browser.grantPermissions", permissions).await;
    olga.click("[data-copy]").await;
    olga.shows("Password copied. Clears in 30 s.").await;
    assert_eq!(
        olga.evaluate("navigator.clipboard.readText()").await,
        json!(shown)
    );
}

/// Waits until the mask is gone.
async fn shown_password(browser: &Browser) -> String {
    let shown = "new Promise(done => { const look = () => { const text = \
                 document.querySelector('[data-mask]').textContent; \
                 text.includes('•') ? setTimeout(look, 50) : done(text); }; look(); })";
    browser
        .evaluate(shown)
        .await
        .as_str()
        .expect("a password is a text")
        .to_owned()
}

/// Adds a person and answers their set-up code.
async fn invite(olga: &Browser, username: &str) -> String {
    olga.goto("/users/new").await;
    olga.submit(
        &[
            ("username", username),
            ("display_name", username),
            ("email", "someone@corp.example"),
        ],
        "main button.primary",
    )
    .await;
    olga.find("#setup-code")
        .await
        .text()
        .await
        .expect("the code is shown")
}
