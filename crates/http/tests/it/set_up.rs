use portcullis_model::Clock;
use portcullis_ops::setup::Offer;
use portcullis_testkit::{Authenticator, World};

use crate::browser::Browser;

#[tokio::test]
async fn the_first_person_sets_up_the_vault_with_forms_alone() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let code = world.gate.write(&world.console(), Offer).await.unwrap().unwrap();

    assert_eq!(browser.get("/").await.location(), "/setup");
    browser.get("/setup").await.shows("Welcome to Portcullis");
    let wrong = browser.post("/setup", &[("code", "nonsense")]).await;
    assert_eq!(wrong.status, 422);
    let person = browser.post("/setup", &[("code", code.expose())]).await;
    person.shows("Create the first administrator");
    let fields = [
        ("code", code.expose()),
        ("username", "ana"),
        ("display_name", "Ana Reyes"),
        ("email", "ana@example.org"),
        ("password", "lamp copper orbit thistle"),
        ("repeat", "lamp copper orbit"),
    ];
    let again = browser.post("/setup/person", &fields).await;
    assert_eq!(again.status, 422);
    assert_eq!(again.value_of("code"), code.expose());
    assert!(!again.text.contains("lamp copper"));
    let mut fields = fields;
    fields[5].1 = fields[4].1;
    assert_eq!(
        browser.post("/setup/person", &fields).await.location(),
        "/setup/authenticator"
    );

    let page = browser.get("/setup/authenticator").await;
    page.shows("Set up your authenticator app");
    let (_, rest) = page.text.split_once("id=\"totp-key\">").unwrap();
    let key: String = rest.split('<').next().unwrap().replace(' ', "");
    let app = Authenticator::new(portcullis_model::Secret::new(key));
    let wrong = browser
        .post("/setup/authenticator", &[("code", "000000"), ("name", "Phone")])
        .await;
    assert_eq!(wrong.status, 422);
    wrong.shows("Incorrect verification code.");
    let totp = app.code(world.clock.now(), 0);
    let codes = browser
        .post(
            "/setup/authenticator",
            &[("code", totp.expose()), ("name", "Phone")],
        )
        .await;

    codes.shows("Save these backup codes");
    assert_eq!(codes.text.matches("<li>").count(), 10);
    assert!(browser.has("__Host-portcullis_session"));
    assert!(!browser.has("__Host-portcullis_login"));
    browser.get("/").await.shows("First steps");
}
