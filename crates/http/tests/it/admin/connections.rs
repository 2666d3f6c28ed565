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

const PHONE: [(&str, &str); 19] = [
    ("revision", "0"),
    ("t0_host", "sip.example.org"),
    ("t0_transport", "udp"),
    ("t0_username", "portcullis"),
    ("t0_prefix", "+"),
    ("t0_upkeep", "none"),
    ("mode", "number_match"),
    ("countries", "US DE"),
    ("language", "en"),
    ("in_ten_minutes", "3"),
    ("in_a_day", "10"),
    ("site_in_a_minute", "60"),
    ("site_in_a_day", "500"),
    ("at_once", "30"),
    ("to_a_country_in_a_day", "500"),
    ("minutes_to_a_country_in_a_day", "500"),
    ("currency", "eur"),
    ("price", "0.02"),
    ("budget_of_a_day", "50"),
];

#[tokio::test]
async fn what_calls_cost_is_typed_as_amounts_and_shown_with_what_was_spent() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, &world.administrator().await);
    let prices = [("prices", "DE 0.04\r\n\r\n us 0.01")];

    let saved = browser.post("/admin/phone", &with(&PHONE, &prices)).await;
    let shown = browser.get(saved.location()).await;
    let none = [
        ("revision", "1"),
        ("currency", ""),
        ("price", ""),
        ("budget_of_a_day", ""),
    ];
    let uncounted = browser.post("/admin/phone", &with(&PHONE, &none)).await;
    let now = browser.get(uncounted.location()).await;

    assert_eq!(saved.location(), "/admin/phone?notice=phone-saved");
    shown.shows("0.00 EUR of 50.00 EUR");
    shown.shows("DE 0.04\nUS 0.01");
    assert_eq!(shown.value_of("currency"), "EUR");
    assert_eq!(shown.value_of("price"), "0.02");
    assert_eq!(shown.value_of("budget_of_a_day"), "50.00");
    assert_eq!(uncounted.location(), "/admin/phone?notice=phone-saved");
    now.shows("money is not counted");
    assert_eq!(now.value_of("budget_of_a_day"), "");
}

#[tokio::test]
async fn a_wrong_price_is_said_beside_its_field_and_nothing_typed_is_lost() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, &world.administrator().await);
    for (field, typed, problem) in [
        ("currency", "", "Currency must be the three letters of a currency"),
        (
            "currency",
            "euros",
            "Currency must be the three letters of a currency",
        ),
        ("price", "", "Price of a minute must be an amount such as 0.02"),
        (
            "price",
            "cheap",
            "Price of a minute must be an amount such as 0.02",
        ),
        ("price", "0.025", "with at most 2 decimals"),
        ("price", "-1", "Price of a minute must be an amount"),
        (
            "price",
            "0",
            "Price of a minute must be between 0.01 EUR and 10000.00 EUR",
        ),
        ("budget_of_a_day", "", "Budget of a day must be an amount"),
        (
            "budget_of_a_day",
            "0.03",
            "Budget of a day must pay for one call at least, which costs up to 0.04 EUR",
        ),
        (
            "prices",
            "DE",
            "must have a country and a price in each line, such as DE 0.04",
        ),
        (
            "prices",
            "DE 0.04 0.05",
            "must have a country and a price in each line",
        ),
        (
            "prices",
            "DE 0.04\nde 0.05",
            "must have one price for each country; DE has two",
        ),
        ("prices", "Germany 0.04", "must name each country by two letters"),
        ("minutes_to_a_country_in_a_day", "many", "must be a whole number"),
    ] {
        let refused = browser
            .post("/admin/phone", &with(&PHONE, &[(field, typed)]))
            .await;

        assert_eq!(refused.status, 422, "{field}: {typed}");
        refused.shows(problem);
        refused.shows(&format!("e-{field}"));
        assert_eq!(refused.value_of("site_in_a_day"), "500");
        if field != "prices" && field != "currency" {
            assert_eq!(refused.value_of(field), typed);
        }
    }
    browser.get("/admin/phone").await.shows("Not set");
}
