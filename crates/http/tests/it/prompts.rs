//! What calls say, on its page and in the API.

use portcullis_testkit::World;
use portcullis_testkit::phones::tone;

use crate::browser::{Answer, Browser};

const HERE: &str = "/admin/phone/prompts";
const THANKS: &str = "/admin/phone/prompts/de/thanks";

async fn send(browser: &mut Browser, path: &str, file: &[u8]) -> Answer {
    browser.upload(path, &[], ("thanks.wav", "audio/wav", file)).await
}

#[tokio::test]
async fn a_recording_is_heard_replaced_and_taken_back_without_a_script() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let mut browser = Browser::of(&world, &admin);
    let page = browser.get("/admin/phone/prompts?language=de").await;
    page.shows("Vielen Dank. Auf Wiederhören.");
    assert!(!page.text.contains("Back to ours"));
    let ours = browser.get("/admin/phone/prompts/de/thanks.wav").await;
    assert_eq!(ours.headers["content-type"], "audio/wav");
    assert!(ours.text.starts_with("RIFF"));

    let saved = send(&mut browser, THANKS, &tone(440.0, 12)).await;

    assert_eq!(
        saved.location(),
        "/admin/phone/prompts?language=de&notice=prompt-replaced"
    );
    let page = browser.get(saved.location()).await;
    page.shows("Every call that begins now says it.");
    page.shows("1.2 seconds.");
    page.shows("Back to ours");
    let yours = browser.get("/admin/phone/prompts/de/thanks.wav").await;
    assert_ne!(yours.text, ours.text);
    let back = browser.post(&format!("{THANKS}/restore"), &[]).await;
    assert_eq!(
        back.location(),
        "/admin/phone/prompts?language=de&notice=prompt-restored"
    );
    let again = browser.get("/admin/phone/prompts/de/thanks.wav").await;
    assert_eq!(again.text, ours.text);
    let twice = browser.post(&format!("{THANKS}/restore"), &[]).await;
    assert_eq!(twice.status, 422);
    twice.shows("There is no recording of your own here.");
}

#[tokio::test]
async fn a_bad_file_is_told_beside_its_field_and_a_bad_language_too() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let mut browser = Browser::of(&world, &admin);
    for (file, reason) in [
        (b"<svg/>".to_vec(), "must be a WAV file"),
        (tone(0.0, 20), "is silent or almost so"),
        (tone(440.0, 201), "at most 20 seconds"),
    ] {
        let refused = send(&mut browser, THANKS, &file).await;
        assert_eq!(refused.status, 422);
        refused.shows("<span class=\"err\" id=\"e-file\">");
        refused.shows(reason);
    }
    assert_eq!(
        send(&mut browser, THANKS, &vec![0; 6 * 1024 * 1024]).await.status,
        413
    );
    for path in [
        "/admin/phone/prompts/de/farewell.wav",
        "/admin/phone/prompts/german/thanks.wav",
        "/admin/phone/prompts/pt/thanks.wav",
    ] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
    let nowhere = browser.get(&format!("{HERE}?language=%3Cscript%3E")).await;
    assert_eq!(nowhere.status, 422);
    nowhere.shows("must be a language of two or three letters");
    assert!(!nowhere.text.contains("<script>"));
}

#[tokio::test]
async fn a_new_language_is_begun_and_is_offered_once_it_is_whole() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let mut browser = Browser::of(&world, &admin);
    let page = browser.get("/admin/phone/prompts?language=pt-BR").await;
    page.shows("Português (pt)");
    page.shows("23 prompts have no recording in this language yet.");
    let settings = browser.get("/admin/phone").await;
    settings.shows("<option value=\"nl\">Nederlands</option>");

    let names: Vec<&str> = page
        .text
        .split("<section class=\"card stack\" aria-labelledby=\"p-")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(names.len(), 23);
    for name in names {
        assert!(!browser.get("/admin/phone").await.text.contains("Português"));
        let saved = send(&mut browser, &format!("{HERE}/pt/{name}"), &tone(440.0, 2)).await;
        assert_eq!(saved.status, 303, "{name}");
    }

    browser
        .get("/admin/phone")
        .await
        .shows("<option value=\"pt\">Português</option>");
}
