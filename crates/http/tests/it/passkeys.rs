use std::collections::BTreeSet;

use axum::http::StatusCode;
use portcullis_model::{AppCodes, OtpHash, PolicyChange, Role, SitePolicy};
use portcullis_testkit::World;
use portcullis_testkit::security_key::TestKey;

use crate::browser::{Answer, Browser};

const OPTIONS: &str = "/sign-in/passkey/options";
const REFUSED: &str = "/sign-in?notice=passkey-refused&next=%2Fpasswords";

/// What a stranger sees of an answer, without what is drawn anew each time.
fn seen(answer: &Answer) -> (StatusCode, BTreeSet<String>, String) {
    let names = answer.headers.keys().map(ToString::to_string).collect();
    (answer.status, names, answer.text.clone())
}

async fn options(browser: &mut Browser) -> String {
    let offer = browser.post(OPTIONS, &[]).await;
    assert_eq!(offer.status, 200);
    let cookie = offer.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(
        cookie.starts_with("__Host-portcullis_passkey=") && cookie.contains("Max-Age=300"),
        "{cookie}"
    );
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("Secure"),
        "{cookie}"
    );
    offer.json()["options"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn without_the_switch_the_page_has_no_button_and_nothing_is_offered() {
    let world = World::new().await;
    world.administrator().await;
    let mut browser = Browser::new(&world);

    let page = browser.get("/sign-in").await;

    page.shows("autocomplete=\"username\"");
    assert!(!page.text.contains("passkey") && !page.text.contains("webauthn.js"));
    assert_eq!(browser.post(OPTIONS, &[]).await.status, 403);
    let answered = browser
        .post("/sign-in/passkey", &[("code", "{}"), ("next", "/passwords")])
        .await;
    assert_eq!(
        answered.location().replace('/', "%2F"),
        REFUSED.replace('/', "%2F")
    );
}

#[tokio::test]
async fn with_the_switch_a_passkey_leads_to_where_the_person_wanted_to_be() {
    let world = World::new().await;
    let bob = world.user("bob", Role::PasswordUser).await;
    world.passkeys_alone(true).await;
    let key = TestKey::new("bob");
    world.add_key(&bob, &key, &world.honest(bob.id)).await;
    let mut browser = Browser::new(&world);

    let page = browser.get("/sign-in?next=/passwords").await;
    page.shows("autocomplete=\"username webauthn\"");
    page.shows("Sign in with a passkey");
    // A name that was typed elsewhere in this browser goes on undisturbed.
    browser.post("/sign-in", &[("username", "bob")]).await;
    let asked = options(&mut browser).await;
    assert!(browser.has("__Host-portcullis_login"));
    let answer = key.get(&asked, &world.counting(bob.id, 2));
    let fields = [("code", answer.as_str()), ("next", "/passwords")];
    let done = browser.post("/sign-in/passkey", &fields).await;

    assert_eq!(done.location(), "/passwords");
    assert!(browser.has("__Host-portcullis_session"));
    assert!(!browser.has("__Host-portcullis_passkey"));
    browser.get("/me/security").await.shows("can sign in alone");
}

#[tokio::test]
async fn a_stranger_cannot_tell_from_a_passkey_who_exists() {
    let world = World::new().await;
    let bob = world.user("bob", Role::PasswordUser).await;
    let locked = world.user("locked", Role::PasswordUser).await;
    world.passkeys_alone(true).await;
    let key = TestKey::new("bob");
    world.add_key(&bob, &key, &world.honest(bob.id)).await;
    let nobody = portcullis_model::UserId(uuid::Uuid::from_u128(1));
    let stranger = TestKey::new("stranger");

    let mut answers = Vec::new();
    for (claimed, key, verified) in [
        (bob.id, &stranger, true),
        (bob.id, &key, false),
        (locked.id, &stranger, true),
        (nobody, &stranger, true),
    ] {
        let mut browser = Browser::new(&world);
        let asked = options(&mut browser).await;
        let mut how = world.counting(claimed, 2);
        how.verified = verified;
        let fields = [("code", key.get(&asked, &how)), ("next", "/passwords".to_owned())];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        answers.push(seen(&browser.post("/sign-in/passkey", &fields).await));
    }

    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test]
async fn the_page_that_shows_a_key_says_what_its_codes_look_like() {
    let world = World::new().await;
    let app = AppCodes {
        hash: OtpHash::Sha256,
        digits: 8,
    };
    let site = SitePolicy {
        app,
        ..SitePolicy::default()
    };
    let change = PolicyChange {
        site: Some(site),
        ..PolicyChange::default()
    };
    world.apply(change).await.unwrap();
    let invitation = world.invite("dayo", Role::PasswordUser).await;
    let mut browser = Browser::new(&world);
    let person = [
        ("code", invitation.setup_code.expose()),
        ("username", "dayo"),
        ("display_name", "Dayo"),
        ("email", "dayo@example.org"),
        ("password", "lamp copper orbit thistle"),
        ("repeat", "lamp copper orbit thistle"),
    ];
    browser.post("/setup/person", &person).await;

    let page = browser.get("/setup/authenticator").await;

    page.shows("Time-based · SHA-256 · 8 digits · 30 s");
    page.shows("algorithm=SHA256");
    page.shows("Some apps know only SHA-1 and 6 digits");
}
