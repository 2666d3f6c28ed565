use portcullis_model::MailError;
use portcullis_testkit::World;

use super::{MAIL, with};
use crate::browser::Browser;

#[tokio::test]
async fn mail_is_set_shown_without_its_password_and_removed() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, &world.administrator().await);

    let saved = browser.post("/admin/mail", &MAIL).await;
    let shown = browser.get(saved.location()).await;
    let kept = [("revision", "1"), ("password", ""), ("from_name", "Vault")];
    let again = browser.post("/admin/mail", &with(&MAIL, &kept)).await;
    let stale = browser.post("/admin/mail", &with(&MAIL, &kept)).await;
    let now = browser.get("/admin/mail").await;
    let revision = [("revision", "2")];
    let removed = browser.post("/admin/mail/remove", &revision).await;
    let gone = browser.get(removed.location()).await;
    let once_more = browser.post("/admin/mail", &MAIL).await;

    shown.shows("Mail settings saved.");
    shown.shows("One is stored. Leave empty to keep it");
    assert_eq!(shown.value_of("host"), "smtp.example.org");
    assert!(!shown.text.contains("letter-box-secret"));
    assert_eq!(again.location(), "/admin/mail?notice=mail-saved");
    assert_eq!(stale.status, 422);
    stale.shows("Somebody else changed this meanwhile.");
    assert_eq!(now.value_of("from_name"), "Vault");
    now.shows("One is stored.");
    gone.shows("Not set");
    assert_eq!(once_more.location(), "/admin/mail?notice=mail-saved");
}

#[tokio::test]
async fn a_wrong_mail_setting_is_said_beside_its_field_and_nothing_typed_is_lost() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, &world.administrator().await);
    let wrong = [("port", "many"), ("host", "smtp2.example.org")];

    let refused = browser.post("/admin/mail", &with(&MAIL, &wrong)).await;

    assert_eq!(refused.status, 422);
    refused.shows("must be a number between 0 and 65535");
    assert_eq!(refused.value_of("host"), "smtp2.example.org");
    assert_eq!(refused.value_of("port"), "many");
    assert!(!refused.text.contains("letter-box-secret"));
    browser.get("/admin/mail").await.shows("Not set");
}

#[tokio::test]
async fn a_test_letter_shows_who_said_what_and_stores_nothing() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, &world.administrator().await);
    let to = with(&MAIL, &[("to", "ann@example.org")]);

    let good = browser.post("/admin/mail/test", &to).await;
    let problem = "535 wrong password".to_owned();
    world.mailbox.fail(Some(MailError::Settings(problem)));
    let bad = browser.post("/admin/mail/test", &to).await;
    let nowhere = browser
        .post("/admin/mail/test", &with(&MAIL, &[("to", "nobody")]))
        .await;

    good.shows("The server took the test letter for ann@example.org.");
    good.shows("RCPT TO:&#60;ann@example.org&#62;");
    bad.shows("The test letter did not leave.");
    bad.shows("535 wrong password");
    assert_eq!(bad.value_of("host"), "smtp.example.org");
    assert!(!bad.text.contains("letter-box-secret"));
    assert_eq!(nowhere.status, 422);
    nowhere.shows("must be an e-mail address");
    browser.get("/admin/mail").await.shows("Not set");
}

#[tokio::test]
async fn radius_servers_are_set_and_their_secrets_never_shown() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, &world.administrator().await);
    let fields = [
        ("revision", "0"),
        ("s0_host", "radius.example.org"),
        ("s0_port", "1812"),
        ("s0_transport", "udp"),
        ("s0_secret", "shared-secret"),
        ("protocol", "ms_chap_v2"),
        ("time_out_ms", "1.5"),
        ("tries", "2"),
        ("nas_identifier", "portcullis"),
    ];

    let missing = browser
        .post("/admin/radius", &with(&fields, &[("s0_secret", "")]))
        .await;
    let saved = browser.post("/admin/radius", &fields).await;
    let shown = browser.get(saved.location()).await;

    assert_eq!(missing.status, 422);
    missing.shows("Enter the secret that this system and the server share.");
    shown.shows("RADIUS settings saved.");
    shown.shows("Replies without Message-Authenticator are accepted.");
    assert_eq!(shown.value_of("s0_host"), "radius.example.org");
    assert_eq!(shown.value_of("time_out_ms"), "1.5");
    assert!(!shown.text.contains("shared-secret"));
}
