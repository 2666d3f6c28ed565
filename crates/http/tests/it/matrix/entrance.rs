use std::time::Duration;

use portcullis_model::{
    Clock, FactorKind, Grace, PersonSetting, PolicyChange, Requirement, Role, Secret, UserId,
};
use portcullis_ops::{factors, recovery};
use portcullis_testkit::security_key::TestKey;
use portcullis_testkit::{Authenticator, World};

use super::permissions::Permissions;
use super::routes;
use crate::browser::Browser;

/// The operations before sign-in that are always on record, in the order in which people meet them.
const ON_RECORD: [&str; 11] = [
    "setup.claim",
    "setup.show_authenticator",
    "setup.confirm",
    "login.prove_password",
    "login.prove_factor",
    "login.redeem_reset",
    "login.skip_set_up",
    "login.confirm_set_up",
    "login.prove_passkey",
    "recovery.ask",
    "recovery.go_on",
];

#[tokio::test]
async fn setting_up_and_signing_in_leave_an_entry_for_every_step_that_counts() {
    let world = World::new().await;
    let invitation = world.invite("dayo", Role::PasswordUser).await;
    let (dayo, code) = (invitation.id, invitation.setup_code);
    let before = world.last_entry().await;
    let mut browser = Browser::new(&world);

    let password = "lamp copper orbit thistle";
    let person = [
        ("code", code.expose()),
        ("username", "dayo"),
        ("display_name", "Dayo"),
        ("email", "dayo@example.org"),
        ("password", password),
        ("repeat", password),
    ];
    browser.post("/setup/person", &person).await;
    let page = browser.get("/setup/authenticator").await;
    let (_, rest) = page.text.split_once("id=\"totp-key\">").unwrap();
    let key = rest.split('<').next().unwrap().replace(' ', "");
    let app = Authenticator::new(Secret::new(key));
    let code = || app.code(world.clock.now(), 0);
    let enrol = [("code", code().expose().to_owned()), ("name", "Phone".to_owned())];
    let enrol = enrol.each_ref().map(|(name, value)| (*name, value.as_str()));
    browser.post("/setup/authenticator", &enrol).await;
    world.clock.advance(Duration::from_secs(30));
    let mut browser = Browser::new(&world);
    browser.post("/sign-in", &[("username", "dayo")]).await;
    browser.post("/sign-in/password", &[("password", password)]).await;
    browser.post("/sign-in/code", &[("code", code().expose())]).await;

    assert!(browser.has("__Host-portcullis_session"));
    choose_a_new_password(&world, &app).await;
    put_off_and_set_up(&world, dayo, &app).await;
    sign_in_with_a_passkey(&world).await;
    ask_for_help(&world).await;
    let trail = world.trail_after(before).await;
    for operation in ON_RECORD {
        assert!(
            trail.contains(&format!("{operation} succeed")),
            "{operation}: {trail:?}"
        );
    }
}

/// Where that is enough.
async fn sign_in_with_a_passkey(world: &World) {
    let faisal = world.user("faisal", Role::PasswordUser).await;
    world.passkeys_alone(true).await;
    let key = TestKey::new("faisal");
    world.add_key(&faisal, &key, &world.honest(faisal.id)).await;
    let mut browser = Browser::new(world);

    let offer = browser.post("/sign-in/passkey/options", &[]).await;
    let offer: serde_json::Value = serde_json::from_str(&offer.text).unwrap();
    let answer = key.get(offer["options"].as_str().unwrap(), &world.counting(faisal.id, 2));
    browser.post("/sign-in/passkey", &[("code", &answer)]).await;

    assert!(browser.has("__Host-portcullis_session"));
}

/// With a link from a letter, and the code of the app all the same.
async fn choose_a_new_password(world: &World, app: &Authenticator) {
    world.set_mail().await;
    let mut browser = Browser::new(world);
    let forgotten = [("username", "dayo"), ("email", "dayo@example.org")];
    browser.post("/sign-in/forgot", &forgotten).await;
    // The answer does not wait for the letter.
    world
        .until("the letter is written", async || {
            world.send_letters().await;
            let letters = world.mailbox.to("dayo@example.org");
            letters.iter().any(|letter| letter.text.contains("token="))
        })
        .await;
    let letter = world.mailbox.to("dayo@example.org").pop().unwrap();
    let token = letter
        .text
        .split("token=")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap();
    let reset = [("token", token), ("password", NEW_PASSWORD)];
    browser.post("/sign-in/reset", &reset).await;
    sign_in_with(world, &mut browser, app).await;
}

/// The policy asks for a security key, which can be put off; then for the app, which is set up again.
async fn put_off_and_set_up(world: &World, dayo: UserId, app: &Authenticator) {
    let mut key = Requirement::of([FactorKind::WebAuthn]);
    key.grace = Grace::Skips(1);
    let setting = PersonSetting {
        uses_group_settings: false,
        requirement: Some(key),
    };
    let people = vec![(dayo, setting)];
    world
        .apply(PolicyChange {
            people,
            ..PolicyChange::default()
        })
        .await
        .unwrap();
    let mut browser = Browser::new(world);
    begin(&mut browser).await;
    sign_in_with(world, &mut browser, app).await;
    browser.post("/sign-in/set-up/skip", &[("next", "")]).await;
    assert!(browser.has("__Host-portcullis_session"));

    world
        .require_of(dayo, &[FactorKind::BackupCode, FactorKind::Totp])
        .await;
    let administrator = world.fresh_administrator().await;
    let issue = factors::IssuePass {
        id: dayo,
        minutes: 30,
        reason: "lost phone".to_owned(),
    };
    let pass = world.gate.write(&administrator, issue).await.unwrap().pass;
    let lost = factors::Reset {
        id: dayo,
        method: FactorKind::Totp,
        reason: "lost phone".to_owned(),
    };
    world.gate.write(&administrator, lost).await.unwrap();
    let mut browser = Browser::new(world);
    begin(&mut browser).await;
    browser
        .post("/sign-in/method", &[("method", "temporary_pass")])
        .await;
    browser.post("/sign-in/code", &[("code", pass.expose())]).await;
    browser.post("/sign-in/set-up", &[("method", "totp")]).await;
    let page = browser.get("/sign-in/set-up/confirm").await;
    let (_, rest) = page.text.split_once("id=\"totp-key\">").unwrap();
    let app = Authenticator::new(Secret::new(rest.split('<').next().unwrap().replace(' ', "")));
    let code = app.code(world.clock.now(), 0);
    let confirm = [("code", code.expose()), ("name", "New phone")];
    browser.post("/sign-in/set-up/confirm", &confirm).await;
    assert!(browser.has("__Host-portcullis_session"));
}

/// Six words, read out to an administrator.
async fn ask_for_help(world: &World) {
    let mut browser = Browser::new(world);
    begin(&mut browser).await;
    let asked = browser.post("/sign-in/recovery", &[("next", "")]).await;
    let page = browser.get(asked.location()).await;
    page.shows("Waiting for an administrator.");
    let (_, rest) = page.text.split_once("id=\"words\"><strong>").unwrap();
    let words = rest.split('<').next().unwrap().to_owned();
    let administrator = world.fresh_administrator().await;
    let listed = world.gate.read(&administrator, recovery::List).await.unwrap();
    let approve = recovery::Approve {
        id: listed.waiting[0].id,
        words,
        minutes: 30,
        confirmed: true,
        reason: "lost phone".to_owned(),
    };
    let approved = world.gate.write(&administrator, approve).await.unwrap();
    let recovery::Approved::Granted(issued) = approved else {
        panic!("the words were right")
    };
    browser
        .get("/sign-in/recovery")
        .await
        .shows("An administrator has approved.");
    let code = browser
        .post("/sign-in/recovery/continue", &[("next", "/passwords")])
        .await;
    browser
        .get(code.location())
        .await
        .shows("Enter your temporary pass");
    browser
        .post(
            "/sign-in/code",
            &[("code", issued.pass.expose()), ("next", "/passwords")],
        )
        .await;
    assert!(browser.has("__Host-portcullis_session"));
}

const NEW_PASSWORD: &str = "river candle mosaic thunder";

async fn begin(browser: &mut Browser) {
    browser.post("/sign-in", &[("username", "dayo")]).await;
    browser
        .post("/sign-in/password", &[("password", NEW_PASSWORD)])
        .await;
}

async fn sign_in_with(world: &World, browser: &mut Browser, app: &Authenticator) {
    world.clock.advance(Duration::from_secs(30));
    let code = app.code(world.clock.now(), 0);
    browser.post("/sign-in/code", &[("code", code.expose())]).await;
}

#[test]
fn these_are_all_steps_before_sign_in_that_count() {
    let permissions = Permissions::read();

    let open = routes::all().flat_map(|route| route.performs);
    let mut counting: Vec<&str> = open
        .copied()
        .filter(|name| permissions.of(name).needs_nothing() && permissions.of(name).always_on_record())
        .collect();
    counting.sort_unstable();
    counting.dedup();
    let mut listed = ON_RECORD;
    listed.sort_unstable();
    assert_eq!(counting, listed);
}
