//! The main job in a browser that runs no scripts: links and forms alone.

use portcullis_testkit::phones::{Baresip, Behaviour, Sipp};
use portcullis_testkit::server::Server;

use crate::browser::{Browser, PASSWORD, code_now};
use crate::chromium::Chromium;
use crate::company::{Company, type_password};
use crate::phones::{NUMBER, digits, told};

#[tokio::test]
async fn everything_can_be_done_without_a_script() {
    let server = Server::start(env!("CARGO_BIN_EXE_portcullis")).await;
    let chromium = Chromium::start().await;
    let driver = chromium.open_without_script("olga", (1280, 900)).await;
    let olga = Browser::of(driver, server.url(""));

    let person = [
        ("username", "olga"),
        ("display_name", "Olga Owner"),
        ("email", "olga@corp.example"),
    ];
    let own = olga
        .set_up(server.setup_code().expect("nobody has set up"), &person)
        .await;
    olga.shows("First steps").await;

    olga.submit(&[], ".rail form[action='/sign-out'] button").await;
    olga.shows("You are signed out.").await;
    olga.begin_sign_in("olga").await;
    no_script_runs(&olga).await;
    olga.submit(&[("code", &code_now(&own.app))], "main button.primary")
        .await;
    olga.shows("First steps").await;

    add_resource_and_account(&olga).await;
    reveal(&olga).await;
    change_and_restore(&olga).await;
    search(&olga).await;
    look_after_oneself(&olga).await;
    read_the_trail(&olga).await;
    olga.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_call_lets_in_without_a_script() {
    let company = Company::new().await;
    let phone = Sipp::play(Behaviour::Reject(486));
    company.set_phone(phone.port, "number_match").await;
    company.switch_on(&["phone", "backup_code", "totp"]).await;
    let (vera, _) = company.called("vera").await;
    vera.quit().await;
    let vera = company.browser_without_script("vera without script").await;

    type_password(&vera, "vera").await;
    no_script_runs(&vera).await;
    // The page loads itself anew until the call is over.
    assert_eq!(
        told(&vera).await,
        "The line is busy. Wait a moment, then call again."
    );
    let phone = Baresip::start_as(NUMBER);
    company.set_phone(phone.port, "number_match").await;
    vera.submit(&[], "form[action='/sign-in/call'] button").await;
    vera.follow("noscript a").await;
    let shown = digits(&vera).await;
    tokio::task::block_in_place(|| phone.press(&format!("{shown}#")));
    vera.shows("Confirmed.").await;
    vera.submit(&[], "#call-go button").await;
    vera.shows("Sign out").await;
    vera.quit().await;
}

/// What the script of the console defines is not there.
async fn no_script_runs(olga: &Browser) {
    assert_eq!(olga.evaluate("typeof openPalette").await, "undefined");
}

async fn add_resource_and_account(olga: &Browser) {
    olga.follow(".rail a[href='/resources']").await;
    olga.shows("No resources yet").await;
    olga.follow("main a[data-new]").await;
    let fields = [("name", "db-prod-01"), ("kind", "PostgreSQL")];
    olga.submit(&fields, "main button.primary").await;
    olga.shows("Resource added.").await;
    olga.follow(".rail a[href='/passwords']").await;
    olga.follow("main a[data-new]").await;
    olga.submit(&[("name", "root")], "main button.primary").await;
    olga.shows("Account added.").await;
    hidden(olga, "[data-copy]").await;
}

/// A button that needs a script is not offered.
async fn hidden(olga: &Browser, css: &str) {
    let shown = olga.find(css).await.is_displayed().await;
    assert!(!shown.expect("the element is there"), "{css}");
}

/// From the account and from the list, each on a page of its own.
async fn reveal(olga: &Browser) {
    olga.submit(
        &[("reason", "CHG-1042 index rebuild")],
        "form[data-reveal] button.primary",
    )
    .await;
    assert_eq!(shown_password(olga).await.chars().count(), 24);

    olga.follow(".rail a[href='/passwords']").await;
    olga.submit(&[], "form[data-reveal] button").await;
    assert_eq!(shown_password(olga).await.chars().count(), 24);
    olga.follow("main section a.btn").await;
}

async fn shown_password(olga: &Browser) -> String {
    olga.find("output.mask.large")
        .await
        .text()
        .await
        .expect("it is shown")
}

async fn change_and_restore(olga: &Browser) {
    olga.click("main details summary").await;
    olga.submit(&[], "form[action$='/password'] button.primary").await;
    olga.shows("New password generated and saved as version 2.").await;
    olga.follow(".tabs a[href$='tab=history']").await;
    olga.submit(&[], "form[action$='/versions/1/restore'] button")
        .await;
    olga.shows("Earlier password restored as version 3.").await;
}

/// Where a script opens the palette, there is a page.
async fn search(olga: &Browser) {
    olga.follow(".side a.find").await;
    olga.submit(&[("q", "root")], "main button.primary").await;
    olga.shows("db-prod-01").await;
    olga.follow("main .hits a[href^='/accounts/']").await;
    olga.shows("root on db-prod-01").await;
}

async fn look_after_oneself(olga: &Browser) {
    const NEW: &str = "lantern pebble canyon violet";
    olga.follow(".rail a[href='/me/security']").await;
    olga.click("main section:last-of-type details summary h2").await;
    olga.submit(
        &[("current", PASSWORD), ("new", NEW), ("repeat", NEW)],
        "form[action='/me/security/password'] button.primary",
    )
    .await;
    olga.shows("Your password is changed.").await;
    olga.follow(".rail a[href='/me/preferences']").await;
    olga.click("[name=theme][value=dark]").await;
    olga.submit(&[], "main button.primary").await;
    olga.shows("Preferences saved.").await;
    olga.find("html[data-theme=dark]").await;
}

async fn read_the_trail(olga: &Browser) {
    olga.follow(".rail a[href='/audit']").await;
    olga.submit(&[("operation", "account.")], "main form button.primary")
        .await;
    for words in [
        "CHG-1042 index rebuild",
        "account.restore_version",
        "root@db-prod-01",
    ] {
        olga.shows(words).await;
    }
    olga.follow("main a[href='/audit/verify']").await;
    olga.shows("The chain is whole.").await;
}
