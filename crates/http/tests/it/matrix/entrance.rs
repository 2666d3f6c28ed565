use std::time::Duration;

use portcullis_model::{Clock, Role, Secret};
use portcullis_testkit::{Authenticator, World};

use super::permissions::Permissions;
use super::routes;
use crate::browser::Browser;

/// The operations before sign-in that are always on record, in the order in which people meet them.
const ON_RECORD: [&str; 5] = [
    "setup.claim",
    "setup.show_authenticator",
    "setup.confirm",
    "login.prove_password",
    "login.prove_factor",
];

#[tokio::test]
async fn setting_up_and_signing_in_leave_an_entry_for_every_step_that_counts() {
    let world = World::new().await;
    let code = world.invite("dayo", Role::PasswordUser).await.setup_code;
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
    let trail = world.trail_after(before).await;
    for operation in ON_RECORD {
        assert!(
            trail.contains(&format!("{operation} succeed")),
            "{operation}: {trail:?}"
        );
    }
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
