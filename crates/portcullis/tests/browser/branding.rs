//! An own look: set, seen by strangers, and a privacy text that is asked once.

use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use portcullis_testkit::server::Server;
use serde_json::json;

use crate::browser::Browser;
use crate::chromium::Chromium;

const DESKTOP: (u32, u32) = (1280, 900);
const NARROW: (u32, u32) = (390, 844);

/// A picture that Chromium draws itself: a violet bar with a lighter square.
const DRAW: &str = "(() => { const c = document.createElement('canvas'); c.width = 840; c.height = 160; \
    const x = c.getContext('2d'); x.fillStyle = '#7a1fa2'; x.fillRect(0, 0, 840, 160); x.fillStyle = '#e1b3ff'; \
    x.fillRect(30, 30, 100, 100); x.fillStyle = '#fff'; x.font = '700 96px sans-serif'; \
    x.fillText('Example Ltd', 170, 115); return c.toDataURL('image/png').split(',')[1]; })()";

#[tokio::test]
async fn an_own_look_is_set_and_a_privacy_text_is_asked_once() {
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
    let drawn = olga.evaluate(DRAW).await;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let picture = folder.path().join("logo.png.html");
    let drawn = BASE64.decode(drawn.as_str().expect("a picture is a text").as_bytes());
    std::fs::write(&picture, drawn.expect("it is base 64")).expect("a file is written");

    olga.goto("/admin/branding").await;
    let path = picture.to_str().expect("the path is a text");
    olga.find("#f-logo")
        .await
        .send_keys(path)
        .await
        .expect("a file is chosen");
    let words = [
        ("description", "Example Ltd, Berlin"),
        ("accent_light", "#7a1fa2"),
        ("banner", "Authorised use only. What you do here is recorded."),
        (
            "privacy",
            "We keep your name, your address and what you do for a year.",
        ),
    ];
    olga.submit(&words, "button[value=preview]").await;
    olga.shows("Not saved yet").await;
    olga.shows("Contrast of the accent: ").await;
    pictures(&olga, "branding preview", None).await;
    olga.click("input[name=ask_privacy]").await;
    olga.submit(&[], "button[value=save]").await;
    olga.shows("Privacy").await;
    assert!(
        olga.path().await.starts_with("/privacy"),
        "the administrator is asked as well"
    );
    pictures(&olga, "privacy", Some("/privacy")).await;
    olga.goto("/privacy").await;
    olga.submit(&[], "form[action='/sign-out'] button").await;

    olga.goto("/sign-in").await;
    olga.shows("Example Ltd, Berlin").await;
    olga.shows("Authorised use only.").await;
    let size = "(() => { const i = document.querySelector('.own-logo'); return [i.naturalWidth, i.naturalHeight, \
                i.clientWidth <= 210 && i.clientHeight <= 50]; })()";
    assert_eq!(olga.evaluate(size).await, json!([420, 80, true]));
    let colour = "getComputedStyle(document.querySelector('main button.primary')).backgroundColor";
    assert_eq!(olga.evaluate(colour).await, json!("rgb(122, 31, 162)"));
    pictures(&olga, "sign-in with an own look", Some("/sign-in")).await;

    olga.begin_sign_in("olga").await;
    olga.use_backup_codes().await;
    let code = own.backup_codes.pop().expect("a backup code is left");
    olga.submit(&[("code", &code)], "main button.primary").await;
    olga.shows("We keep your name").await;
    olga.goto("/users").await;
    olga.shows("We keep your name").await;
    olga.submit(&[], "form[action='/privacy'] button").await;
    assert_eq!(olga.path().await, "/users");
    olga.goto("/admin/branding").await;
    olga.shows("1 of 1 people have accepted").await;
    olga.goto("/").await;
    olga.submit(&[], "form[action='/sign-out'] button").await;
    // Not asked again.
    olga.sign_in("olga", &mut own).await;
    olga.quit().await;
}

/// Light and dark, wide and narrow.
async fn pictures(browser: &Browser, name: &str, path: Option<&str>) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
    std::fs::create_dir_all(&folder).expect("the folder of the pictures can be made");
    for (width, height) in [DESKTOP, NARROW] {
        for theme in ["light", "dark"] {
            let screen =
                json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
            browser
                .command("Emulation.setDeviceMetricsOverride", screen)
                .await;
            let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
            browser.command("Emulation.setEmulatedMedia", media).await;
            if let Some(path) = path {
                browser.goto(path).await;
            }
            let over = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
            let over = browser.evaluate(over).await.as_i64().unwrap_or_default();
            assert!(over <= 0, "{name} {theme} {width} px is {over} px too wide");
            let file = format!("{name} {theme} {width}.png");
            let file: &Path = &folder.join(file);
            browser
                .driver
                .screenshot(file)
                .await
                .expect("Chromium takes a picture");
        }
    }
    browser
        .command("Emulation.clearDeviceMetricsOverride", json!({}))
        .await;
    browser
        .command("Emulation.setEmulatedMedia", json!({ "features": [] }))
        .await;
}
