use std::time::Duration;

use portcullis_model::{FactorKind, PolicyChange, Requirement, Role};
use portcullis_testkit::World;

use super::{MAIL, apply, apply_from, group, methods, put_into, with};
use crate::browser::Browser;

#[tokio::test]
async fn groups_are_added_moved_and_deleted_when_empty() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, &world.administrator().await);
    let bob = world.user("bob", Role::PasswordUser).await;
    let finance = group(&world, "Finance", None).await;

    let parent = finance.to_string();
    let added = browser
        .post("/admin/groups", &[("name", "Treasury"), ("parent", &parent)])
        .await;
    let list = browser.get(added.location()).await;
    let twice = browser
        .post("/admin/groups", &[("name", "Treasury"), ("parent", &parent)])
        .await;
    let page = format!("/admin/groups/{finance}");
    let full = browser.post(&format!("{page}/delete"), &[]).await;
    put_into(&world, &bob, finance).await;
    let renamed = browser.post(&page, &[("name", "Money"), ("parent", "")]).await;

    list.shows("Group added.");
    list.shows("title=\"Finance/Treasury\"");
    assert_eq!(twice.status, 422);
    twice.shows("is taken in this place");
    assert_eq!(twice.value_of("name"), "Treasury");
    assert_eq!(full.status, 422);
    full.shows("Somebody or another group is still in it.");
    browser.get(renamed.location()).await.shows("Money/Treasury");
    let policy = browser.get(&format!("/admin/mfa/groups/{finance}")).await;
    policy.shows("1 person in it, 1 group below");
}

#[tokio::test]
async fn a_temporary_pass_is_shown_once_and_needs_a_reason() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, &world.administrator().await);
    let bob = world.user("bob", Role::PasswordUser).await;
    let path = format!("/users/{}/pass", bob.id);
    let good = [("minutes", "20"), ("reason", "lost phone")];

    let tab = browser
        .get(&format!("/users/{}?tab=authentication", bob.id))
        .await;
    let long = browser.post(&path, &with(&good, &[("minutes", "90")])).await;
    let silent = browser.post(&path, &with(&good, &[("reason", "")])).await;
    let issued = browser.post(&path, &good).await;
    let (_, rest) = issued.text.split_once("id=\"pass\">").unwrap();
    let pass = rest.split('<').next().unwrap().to_owned();
    let after = browser
        .get(&format!("/users/{}?tab=authentication", bob.id))
        .await;

    for text in [
        "What they must prove",
        "Every method that is switched on may be used.",
        "Use group authentication settings for this user",
        "Reset authenticator secret",
        "The policy still applies: they'll be asked to set up again at next sign-in.",
    ] {
        tab.shows(text);
    }
    assert_eq!(long.status, 422);
    long.shows("must be between 5 and 60");
    assert_eq!(silent.status, 422);
    silent.shows("must not be empty");
    assert_eq!(issued.status, 200);
    assert!(!pass.is_empty());
    assert!(!after.text.contains(&pass));
}

#[tokio::test]
async fn the_box_of_one_person_goes_through_the_preview_and_a_reset_is_noted() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, &world.administrator().await);
    let bob = world.user("bob", Role::PasswordUser).await;
    let finance = group(&world, "Finance", None).await;
    put_into(&world, &bob, finance).await;
    let requirement = Some(Requirement::of([FactorKind::WebAuthn]));
    let change = PolicyChange {
        groups: vec![(finance, requirement)],
        ..PolicyChange::default()
    };
    apply(&world, change).await;
    let id = bob.id.to_string();
    let unticked = [("kind", "person"), ("people", id.as_str()), ("do", "box")];

    let preview = browser.post("/admin/mfa/preview", &unticked).await;
    let before = methods(&world, bob.id).await;
    apply_from(&mut browser, &preview, &[("when", "now")]).await;
    let after = methods(&world, bob.id).await;
    let emails = [
        ("email", "b@example.org"),
        ("email2", "nonsense"),
        ("email_choice", "both"),
    ];
    let wrong = browser.post(&format!("/users/{id}/emails"), &emails).await;
    let reset = [("method", "totp"), ("reason", "lost phone")];
    let reset = browser.post(&format!("/users/{id}/reset"), &reset).await;

    preview.shows("1 change");
    assert_eq!(before, "Security Key");
    assert_eq!(after, "Security Key or Authenticator App");
    assert_eq!(wrong.status, 422);
    wrong.shows("must be an e-mail address");
    assert_eq!(wrong.value_of("email2"), "nonsense");
    browser
        .get(reset.location())
        .await
        .shows("they'll be asked to set up again at next sign-in.");
}

#[tokio::test]
async fn who_has_no_fresh_second_step_confirms_it_and_comes_back() {
    let world = World::new().await;
    let administrator = world.administrator().await;
    let mut browser = Browser::of(&world, &administrator);
    let bob = world.user("bob", Role::PasswordUser).await;
    for _ in 0..4 {
        world.clock.advance(Duration::from_mins(5));
        browser.get("/admin/mail").await;
    }

    let mail = browser.post("/admin/mail", &MAIL).await;
    let reason = [("method", "totp"), ("reason", "lost phone")];
    let reset = browser.post(&format!("/users/{}/reset", bob.id), &reason).await;

    assert_eq!(mail.location(), "/me/confirm?next=/admin/mail");
    let back = format!("/me/confirm?next=/users/{}%3Ftab%3Dauthentication", bob.id);
    assert_eq!(reset.location(), back);
}
