//! The main job without a mouse: focus is always seen, moves as people read, and comes back to where it was.

use portcullis_model::Secret;
use portcullis_testkit::Authenticator;
use portcullis_testkit::server::Server;
use serde_json::json;
use thirtyfour::Key;

use crate::browser::{Browser, PASSWORD, code_before, code_now};
use crate::chromium::Chromium;

#[tokio::test]
async fn everything_can_be_done_with_the_keyboard_alone() {
    let server = Server::start(env!("CARGO_BIN_EXE_portcullis")).await;
    let chromium = Chromium::start().await;
    let olga = Browser::open(&chromium, "olga", server.url(""), (1280, 900)).await;

    olga.goto("/setup").await;
    let app = set_up(&olga, server.setup_code().expect("nobody has set up")).await;
    sign_out_and_in(&olga, &app).await;
    add_resource(&olga).await;
    let account = add_account(&olga).await;
    reveal_and_copy(&olga).await;
    generate(&olga).await;
    palette_keeps_its_promises(&olga, &account).await;
    skip_to_content(&olga).await;
    single_keys(&olga, &account).await;
    restore_for_a_reason(&olga).await;
    read_the_trail(&olga).await;
    olga.quit().await;
}

async fn set_up(olga: &Browser, code: &str) -> Authenticator {
    olga.focused("#f-code").await;
    assert_eq!(olga.evaluate("typeof openPalette").await, "function");
    olga.types(code).await;
    olga.sends(Key::Enter).await;

    olga.tab_to("#f-display_name").await;
    olga.types("Olga Owner").await;
    for (field, text) in [
        ("#f-username", "olga"),
        ("#f-email", "olga@corp.example"),
        ("#f-password", PASSWORD),
        ("#f-repeat", PASSWORD),
    ] {
        olga.tab_to(field).await;
        olga.types(text).await;
    }
    olga.tab_to("main button.primary").await;
    olga.sends(Key::Enter).await;

    let key = olga
        .find("#totp-key")
        .await
        .text()
        .await
        .expect("the key is shown");
    let app = Authenticator::new(Secret::new(key.replace(char::is_whitespace, "")));
    olga.tab_to("#f-code").await;
    olga.types(&code_before(&app).await).await;
    olga.sends(Key::Enter).await;

    olga.shows("Save these backup codes").await;
    olga.tab_to("main input[type=checkbox]").await;
    olga.press(" ").await;
    let ticked = olga.evaluate("document.activeElement.checked").await;
    assert_eq!(ticked, json!(true), "Space ticks the box");
    olga.tab_to("main button.primary").await;
    olga.sends(Key::Enter).await;
    olga.shows("First steps").await;
    app
}

async fn sign_out_and_in(olga: &Browser, app: &Authenticator) {
    olga.tab_to(".rail form[action='/sign-out'] button").await;
    olga.sends(Key::Enter).await;
    olga.shows("You are signed out.").await;

    olga.focused("#f-username").await;
    olga.types("olga").await;
    olga.sends(Key::Enter).await;
    olga.focused("#f-password").await;
    olga.types(PASSWORD).await;
    olga.sends(Key::Enter).await;
    olga.focused("#f-code").await;
    olga.types(&code_now(app)).await;
    olga.sends(Key::Enter).await;
    olga.shows("First steps").await;
}

async fn add_resource(olga: &Browser) {
    olga.jump("add resource").await;
    olga.is_at("/resources/new").await;
    for (field, text) in [
        ("#f-name", "db-prod-01"),
        ("#f-kind", "PostgreSQL"),
        ("#f-address", "10.20.0.11"),
    ] {
        olga.tab_to(field).await;
        olga.types(text).await;
    }
    olga.tab_to("main form button.primary").await;
    olga.sends(Key::Enter).await;
    olga.shows("Resource added.").await;
}

async fn add_account(olga: &Browser) -> String {
    olga.jump("passwords").await;
    olga.is_at("/passwords").await;
    olga.leaves("n").await;
    olga.is_at("/passwords/new").await;
    olga.tab_to("#f-name").await;
    olga.types("root").await;
    // "Generate one" is chosen already; a group of choices is one stop.
    olga.tab_to("[name=mode]").await;
    olga.tab_to("main form button.primary").await;
    olga.sends(Key::Enter).await;
    olga.shows("Account added.").await;
    let path = olga.path().await;
    assert!(path.starts_with("/accounts/"), "{path}");
    path
}

async fn reveal_and_copy(olga: &Browser) {
    olga.tab_to("#f-reason").await;
    olga.types("CHG-1042 index rebuild").await;
    olga.tab_to("form[data-reveal] button.primary").await;
    olga.press(Key::Enter).await;
    olga.becomes("!document.querySelector('[data-mask]').textContent.includes('•')")
        .await;
    olga.focused("form[data-reveal] button.primary").await;

    let origin = olga.evaluate("location.origin").await;
    let permissions =
        json!({ "origin": origin, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
    olga.command("Browser.grantPermissions", permissions).await;
    olga.tab_to("[data-copy]").await;
    olga.press(" ").await;
    olga.shows("Password copied. Clears in 30 s.").await;
    let shown = olga
        .evaluate("document.querySelector('[data-mask]').textContent")
        .await;
    assert_eq!(olga.evaluate("navigator.clipboard.readText()").await, shown);
    olga.focused("[data-copy]").await;
}

/// Draws a new password for the account that is open.
async fn generate(olga: &Browser) {
    olga.tab_to("main details summary").await;
    olga.press(Key::Enter).await;
    olga.tab_to("[name=mode]").await;
    olga.tab_to("form[action$='/password'] button.primary").await;
    olga.sends(Key::Enter).await;
    olga.shows("New password generated and saved as version 2.").await;
}

async fn palette_keeps_its_promises(olga: &Browser, account: &str) {
    olga.tab_to(".side a.find").await;
    olga.press(Key::Enter).await;
    olga.focused("#palette-input").await;
    olga.types("zzz").await;
    olga.press(Key::Escape).await;
    olga.becomes("document.querySelector('#palette').open && document.activeElement.value === ''")
        .await;
    olga.press(Key::Escape).await;
    olga.becomes("!document.querySelector('#palette').open").await;
    olga.focused(".side a.find").await;

    olga.press_with_control("k").await;
    olga.focused("#palette-input").await;
    olga.types("add").await;
    olga.becomes("document.querySelectorAll('#palette-list [role=option]').length === 3")
        .await;
    olga.press(Key::Down).await;
    let chosen =
        "document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).textContent";
    let second = olga.evaluate(chosen).await;
    olga.press(Key::Down).await;
    olga.press(Key::Up).await;
    assert_eq!(olga.evaluate(chosen).await, second, "up undoes down");
    olga.press(Key::Escape).await;
    olga.press(Key::Escape).await;
    olga.becomes("!document.querySelector('#palette').open").await;

    olga.jump("root db-prod").await;
    assert_eq!(olga.path().await, account);

    olga.press_with_control("k").await;
    olga.types("root").await;
    olga.becomes(
        "document.querySelector('#palette-list [role=group]')?.textContent.startsWith('Accountsroot')",
    )
    .await;
    olga.press_with_control("c").await;
    olga.becomes("!document.querySelector('#palette').open").await;
    olga.shows("Password copied. Clears in 30 s.").await;
}

/// The first stop leads past the rail.
async fn skip_to_content(olga: &Browser) {
    olga.jump("home").await;
    olga.tab_to(".skip").await;
    olga.press(Key::Enter).await;
    olga.becomes("document.activeElement.id === 'main'").await;
    olga.press(Key::Tab).await;
    olga.focused("main input[type=search]").await;
}

/// What the page of shortcuts promises.
async fn single_keys(olga: &Browser, account: &str) {
    olga.jump("users").await;
    olga.leaves("?").await;
    olga.is_at("/shortcuts").await;
    olga.shows("Reveal the password of the row or page").await;
    for (letter, place) in [
        ("r", "/resources"),
        ("a", "/audit"),
        ("h", "/"),
        ("v", "/passwords"),
    ] {
        olga.press("g").await;
        olga.leaves(letter).await;
        olga.is_at(place).await;
    }

    olga.press("/").await;
    olga.focused("#q").await;
    olga.types("root").await;
    olga.sends(Key::Enter).await;
    olga.press("j").await;
    olga.focused("[data-rows] tbody tr.here a").await;
    olga.press("k").await;
    olga.focused("[data-rows] tbody tr.here a").await;
    olga.press("v").await;
    olga.becomes("!document.querySelector('[data-mask]').textContent.includes('•')")
        .await;
    olga.focused("[data-rows] tbody tr.here a").await;
    olga.press("c").await;
    olga.shows("Password copied. Clears in 30 s.").await;
    olga.leaves(Key::Enter).await;
    assert_eq!(olga.path().await, account);
}

/// A dialog asks why; Escape leaves everything as it was.
async fn restore_for_a_reason(olga: &Browser) {
    const RESTORE: &str = "form[action$='/versions/1/restore'] button";
    olga.tab_to(".tabs a[href$='tab=history']").await;
    olga.leaves(Key::Enter).await;
    olga.tab_to(RESTORE).await;
    olga.press(Key::Enter).await;
    olga.focused("#reason-field").await;
    olga.press(Key::Escape).await;
    olga.focused(RESTORE).await;
    olga.press(Key::Enter).await;
    olga.focused("#reason-field").await;
    olga.types("INC-7 rollback").await;
    olga.leaves(Key::Enter).await;
    olga.shows("Earlier password restored as version 3.").await;
}

async fn read_the_trail(olga: &Browser) {
    olga.jump("audit").await;
    olga.is_at("/audit").await;
    for words in [
        "CHG-1042 index rebuild",
        "INC-7 rollback",
        "account.reveal_password",
        "root@db-prod-01",
    ] {
        olga.shows(words).await;
    }
    olga.tab_to("main table summary").await;
    olga.press(Key::Enter).await;
    olga.shows("Hash").await;
}
