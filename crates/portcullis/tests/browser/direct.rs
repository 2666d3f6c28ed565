//! The story of `PhoneFactor`'s documentation without an agent: a trunk entered in the console, the numbers in the vault,
//! people enabled in bulk, and a second server that needs nothing done to it.

use portcullis_testkit::phones::Baresip;
use serde_json::Value;

use crate::agent::enable_for_both;
use crate::browser::Browser;
use crate::company::{Company, type_password};
use crate::looks::Eye;
use crate::phones::{NUMBER, digits, shows_in_the_end};

/// "Choose the option `PhoneFactor`. Click Save."
async fn choose_phone_calls(admin: &Browser) {
    admin.goto("/admin/mfa").await;
    admin.tick("input[name=methods][value=phone]", true).await;
    admin
        .submit(&[], "form[action='/admin/mfa/preview'] button.primary")
        .await;
    admin.submit(&[], "button[name=when][value=now]").await;
    admin.shows("Undo").await;
}

/// "Choose the authentication method": direct, by the trunk at this port.
async fn enter_the_trunk(admin: &Browser, port: u16) {
    admin.goto("/admin/phone").await;
    admin.click("[name=way][value=trunks]").await;
    admin.click("[name=t0_transport] [value=udp]").await;
    admin.click("[name=t0_upkeep] [value=none]").await;
    let port = port.to_string();
    let fields = [
        ("t0_host", "127.0.0.1"),
        ("t0_port", &port),
        ("t0_username", "portcullis"),
        ("countries", "us"),
    ];
    let save = "main form[action='/admin/phone'] button.primary";
    admin.submit(&fields, save).await;
    admin.shows("Phone settings saved.").await;
}

async fn enter_the_number(admin: &Browser, person: &Value, number: &str) {
    let person = person.as_str().expect("an id is a text");
    admin.goto(&format!("/users/{person}?tab=authentication")).await;
    let reason = admin.find("#f-reason-number").await;
    reason
        .send_keys("staff directory")
        .await
        .expect("a field takes a text");
    admin
        .submit(&[("number", number)], "form[action$='/phone'] button")
        .await;
}

/// The row of a person in the table of those who can be enabled, and what keeps them from it.
async fn row_of(admin: &Browser, username: &str) -> String {
    for row in 1..=3 {
        let found = admin.find(&format!("tbody tr:nth-child({row})")).await;
        let text = found.text().await.expect("a row has a text");
        if text.contains(username) {
            return text;
        }
    }
    panic!("{username} is in no row");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_follows_the_story_without_an_agent() {
    let company = Company::new().await;
    let phone = Baresip::start_as(NUMBER);
    let node = company.server.beside().await;
    let (vera, _) = company.newcomer("vera").await;
    let (kim, _) = company.newcomer("kim").await;
    let admin = company.administrator().await;

    choose_phone_calls(&admin).await;
    enter_the_trunk(&admin, phone.port).await;
    // A landline with an extension, in the form of the documentation; and one that nobody can be called at.
    let id = company.id_of("vera").await;
    enter_the_number(&admin, &id, "925 9249500").await;
    admin.shows("must be a country code").await;
    enter_the_number(&admin, &id, "1 9259249500 292").await;
    admin.shows("Phone number saved.").await;
    admin.shows("+1 ••• ••• ••00 (ext. 292)").await;

    // Those who lack a number are told of before they are enabled, not after.
    admin.goto("/admin/mfa/people").await;
    assert!(row_of(&admin, "kim").await.contains("No phone number"));
    assert!(!row_of(&admin, "vera").await.contains("No phone number"));
    let mut eye = Eye::new();
    eye.watch(&admin).await;
    eye.look(&admin, "/admin/mfa/people").await;
    eye.close();
    enable_for_both(&admin).await;

    let there = company.browser_at("vera-there", &node).await;
    for browser in [&vera, &there] {
        type_password(browser, "vera").await;
        browser.shows("We're calling +1 ••• ••• ••00 (ext. 292).").await;
        let shown = digits(browser).await;
        tokio::task::block_in_place(|| phone.press(&format!("{shown}#")));
        shows_in_the_end(browser, "Sign out").await;
    }

    // Who has no number is called nowhere, and gets in by the other way that is left.
    type_password(&kim, "kim").await;
    kim.shows("Enter a backup code").await;

    let trail = company.api.get("/api/v2/audit").await.expect(200);
    let trail = trail.body.to_string();
    assert!(trail.contains("Set the phone: +1 ••• ••• ••00 (ext. 292).") && !trail.contains("9249500"));
    for browser in [vera, kim, there, admin] {
        browser.quit().await;
    }
}
