//! The story of the AMM's documentation: a group is set to the authenticator app, and what that does to its people.

use std::time::Duration;

use portcullis_model::Secret;
use portcullis_testkit::server::Console;
use portcullis_testkit::{Authenticator, SmtpServer, amm};
use serde_json::{Value, json};

use crate::browser::{Browser, code_before, code_now};
use crate::company::{Company, code_in, type_password};

/// Seconds that the group has for a code: as long as a person in a test likes to wait.
const TIME: u64 = 30;

#[tokio::test]
async fn a_group_is_set_to_the_authenticator_app_as_the_source_tells() {
    let company = Company::new().await;
    let mail = SmtpServer::start().await;
    company.set_mail(&mail).await;
    company.switch_on(&["email", "backup_code", "totp"]).await;
    let (reyes, _) = company.newcomer("reyes").await;
    let finance = add_group(&company, "Finance", &Value::Null).await;
    let payable = add_group(&company, "Accounts payable", &finance).await;
    let treasury = add_group(&company, "Treasury", &finance).await;
    let chen = by_forms(&company, "chen").await;
    let ito = by_forms(&company, "ito").await;
    for (username, group) in [("reyes", &payable), ("chen", &finance), ("ito", &treasury)] {
        let path = format!("/api/v2/users/{}/group", text(&company.id_of(username).await));
        let _ = company
            .api
            .put(&path, &json!({ "group": group }))
            .await
            .expect(204);
    }
    let email = json!({ "methods": ["email"] });
    company
        .apply(json!({
            "people": [
                { "id": company.id_of("reyes").await, "uses_group_settings": true, "requirement": email },
                { "id": company.id_of("chen").await, "uses_group_settings": false, "requirement": email },
            ],
            "groups": [{ "id": treasury, "requirement": email }],
        }))
        .await;

    let admin = company.administrator().await;
    reset_the_app_of(&admin, &company.id_of("reyes").await).await;
    set_to_the_app(&admin, &finance).await;

    is_prompted_to_set_the_app_up(&reyes, &mail).await;
    for (username, console) in [("chen", &chen), ("ito", &ito)] {
        let _ = console
            .begin_sign_in(username, crate::browser::PASSWORD)
            .await
            .expect(303);
        let page = console.get("/sign-in/code").await.expect(200);
        assert!(
            page.text.contains("Enter the code from your e-mail"),
            "{username}: {}",
            page.text
        );
    }
    the_trail_has_the_lines(&admin).await;
    reyes.quit().await;
    admin.quit().await;
}

async fn add_group(company: &Company, name: &str, parent: &Value) -> Value {
    let made = company
        .api
        .post("/api/v2/groups", &json!({ "name": name, "parent": parent }))
        .await
        .expect(201);
    made.body["id"].clone()
}

/// Somebody who needs no real browser.
async fn by_forms(company: &Company, username: &str) -> Console {
    let code = company.console.add_person(username, "password_user").await;
    let (console, _) = Console::set_up(&company.server, &code, username, crate::browser::PASSWORD).await;
    console.sign_out().await;
    console
}

/// "Resetting TOTP secret"
async fn reset_the_app_of(admin: &Browser, person: &Value) {
    admin
        .goto(&format!("/users/{}?tab=authentication", text(person)))
        .await;
    admin
        .find("#f-reason-totp")
        .await
        .send_keys("deleted the app")
        .await
        .expect("a field takes a text");
    admin
        .submit(&[], "form[action$='/reset']:has([value=totp]) button")
        .await;
    admin.shows("Reset").await;
}

async fn set_to_the_app(admin: &Browser, group: &Value) {
    admin.goto(&format!("/admin/mfa/groups/{}", text(group))).await;
    admin
        .shows("Use group authentication settings for this user")
        .await;
    admin.click("[name=requirement][value=methods]").await;
    for method in ["email", "backup_code", "totp"] {
        admin
            .tick(&format!("[name=methods][value={method}]"), method == "totp")
            .await;
    }
    admin
        .submit(&[("code_seconds", &TIME.to_string())], "main form button.primary")
        .await;
    admin
        .shows("1 change · 2 don't · 0 blocked · 0 become weaker")
        .await;
    admin
        .shows("Inherits from Finance; overrides the earlier choice.")
        .await;
    admin.shows("Finance/Treasury").await;
    admin.submit(&[], "button[name=when][value=now]").await;
    admin.shows("Undo").await;
}

async fn is_prompted_to_set_the_app_up(reyes: &Browser, mail: &SmtpServer) {
    type_password(reyes, "reyes").await;
    reyes.shows("Enter the code from your e-mail").await;
    let code = code_in(mail, "reyes@example.org", 1).await;
    reyes.submit(&[("code", &code)], "main button.primary").await;
    reyes.shows("Add a second step").await;
    let ways = reyes
        .evaluate("document.querySelectorAll('form[action=\"/sign-in/set-up\"]').length")
        .await;
    assert_eq!(ways, json!(1), "only the app is offered");
    reyes
        .submit(&[], "main form[action='/sign-in/set-up'] button")
        .await;
    let key = reyes
        .find("#totp-key")
        .await
        .text()
        .await
        .expect("the key is shown");
    let app = Authenticator::new(Secret::new(key.replace(char::is_whitespace, "")));
    let code = code_before(&app).await;
    reyes.submit(&[("code", &code)], "main button.primary").await;
    reyes.shows("Sign out").await;
    reyes.submit(&[], "form[action='/sign-out'] button").await;

    let [time_out, incorrect, too_many] = amm::messages();
    type_password(reyes, "reyes").await;
    let right = code_now(&app);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for _ in 0..3 {
        reyes.submit(&[("code", wrong)], "main button.primary").await;
        reyes.shows(incorrect).await;
    }
    reyes.submit(&[("code", wrong)], "main button.primary").await;
    reyes.shows(too_many).await;
    assert_eq!(reyes.path().await, "/sign-in");

    type_password(reyes, "reyes").await;
    reyes.shows("Enter the code from your app").await;
    tokio::time::sleep(Duration::from_secs(TIME + 1)).await;
    reyes.shows(time_out).await;
    assert_eq!(reyes.path().await, "/sign-in");

    type_password(reyes, "reyes").await;
    reyes
        .submit(&[("code", &code_now(&app))], "main button.primary")
        .await;
    reyes.shows("Sign out").await;
}

async fn the_trail_has_the_lines(admin: &Browser) {
    admin.goto("/audit?operation=login.").await;
    let page = admin.evaluate("document.body.textContent").await;
    let page = text(&page);
    let [time_out, incorrect, too_many] = amm::messages();
    let app = "Authenticator App";
    for line in [
        amm::awaits("Email"),
        amm::verified("Email"),
        amm::awaits(app),
        amm::failed(app, incorrect),
        amm::failed(app, too_many),
        amm::failed(app, time_out),
        amm::verified(app),
    ] {
        assert!(page.contains(&line), "`{line}` is not on the page:\n{page}");
    }
}

fn text(id: &Value) -> &str {
    id.as_str().expect("an id is a text")
}
