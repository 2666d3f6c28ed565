//! A recording of the customer's own: sent, heard on the page, and heard on a telephone.

use std::path::Path;

use portcullis_testkit::phones::{Baresip, tenths_of_tone, tone};
use serde_json::json;

use crate::browser::Browser;
use crate::company::{Company, type_password};
use crate::looks::Eye;
use crate::phones::{NUMBER, digits};

const HERE: &str = "/admin/phone/prompts?language=en";
const FORM: &str = "form[action='/admin/phone/prompts/en/greeting']";
/// Loads the recording of the greeting as pressing play does, and tells how long it is, or why it is not heard.
const LOAD: &str = "new Promise(done => { const heard = document.querySelector('audio[src*=\"/greeting.wav\"]'); \
                    heard.onloadedmetadata = () => done(heard.duration); \
                    heard.onerror = () => done(heard.error.message); \
                    setTimeout(() => done('it stays at ' + heard.networkState), 9000); \
                    heard.preload = 'auto'; heard.load(); })";

async fn send(browser: &Browser, file: &Path) {
    let path = file.to_str().expect("the path is a text");
    let field = browser.find(&format!("{FORM} input[type=file]")).await;
    field.send_keys(path).await.expect("a file is chosen");
    browser.submit(&[], &format!("{FORM} button")).await;
}

/// How long the recording is that the browser plays, in seconds.
async fn plays(browser: &Browser) -> f64 {
    let told = browser.evaluate(LOAD).await;
    told.as_f64()
        .unwrap_or_else(|| panic!("the browser plays nothing: {told}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_of_ones_own_is_what_the_page_and_the_telephone_play() {
    let company = Company::new().await;
    let phone = Baresip::start_as(NUMBER);
    company.set_phone(phone.port, "number_match").await;
    company.switch_on(&["phone", "backup_code", "totp"]).await;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (good, bad) = (
        folder.path().join("greeting.wav"),
        folder.path().join("silent.wav"),
    );
    std::fs::write(&good, tone(440.0, 23)).expect("a file is written");
    std::fs::write(&bad, tone(0.0, 23)).expect("a file is written");
    let admin = company.administrator().await;
    let eye = Eye::new();
    eye.watch(&admin).await;

    admin.goto(HERE).await;
    let ours = plays(&admin).await;
    send(&admin, &bad).await;
    admin.shows("Nothing was changed yet.").await;
    admin.shows("is silent or almost so").await;
    admin.goto(HERE).await;
    assert!((plays(&admin).await - ours).abs() < 0.1);
    send(&admin, &good).await;
    admin.shows("Every call that begins now says it.").await;
    let seconds = plays(&admin).await;
    assert!((seconds - 2.3).abs() < 0.1, "{seconds}");
    let fetched =
        "fetch('/admin/phone/prompts/en/greeting.wav').then(answer => answer.headers.get('content-type'))";
    assert_eq!(admin.evaluate(fetched).await, json!("audio/wav"));
    assert_eq!(admin.evaluate("window.violations").await, json!([]));

    let (vera, _) = company.called("vera").await;
    type_password(&vera, "vera").await;
    let shown = digits(&vera).await;
    let heard = tenths_of_tone(&phone.heard(), 440.0);
    assert!(
        (20..=23).contains(&heard),
        "{heard} tenths of a second of the tone"
    );
    tokio::task::block_in_place(|| phone.press(&format!("{shown}#")));
    vera.shows("Sign out").await;
    vera.quit().await;

    admin.goto(HERE).await;
    let restore = "form[action='/admin/phone/prompts/en/greeting/restore'] button";
    admin.submit(&[], restore).await;
    admin
        .shows("Your recording is taken away, from the next call on.")
        .await;
    assert!((plays(&admin).await - ours).abs() < 0.1);
    admin.quit().await;
}
