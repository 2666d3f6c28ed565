use std::time::Duration;

use portcullis_http::DemoNote;
use portcullis_model::{Role, Secret};
use portcullis_testkit::World;

use crate::browser::Browser;

#[tokio::test]
async fn every_page_opens_for_those_who_may_see_it() {
    let world = World::new().await;
    let person = world.administrator().await;
    let resource = world.resource(&person, "db-prod-01").await;
    world
        .account(&person, resource, "root", "first-password-of-root")
        .await;
    let mut browser = Browser::of(&world, &person);
    let pages = [
        ("/", "Recent security activity"),
        ("/passwords", "root"),
        ("/passwords?q=resource%3Adb-prod-01", "root"),
        ("/passwords/new", "Add account"),
        ("/resources", "db-prod-01"),
        ("/resources/new", "Password policy"),
        ("/trash", "The trash is empty"),
        ("/users", "The admin"),
        ("/users/new", "Add person"),
        ("/audit", "account.add"),
        ("/audit?outcome=succeed&who=admin", "account.add"),
        ("/audit/verify", "The chain is whole."),
        ("/me/security", "Backup codes"),
        ("/me/preferences", "Theme"),
        ("/me/tokens", "Make a token"),
        ("/admin/keys", "Purpose"),
        ("/shortcuts", "Shortcuts"),
        ("/search?q=root", "db-prod-01"),
        ("/help/api", "/api/v2/accounts/{id}/reveal"),
    ];

    for (path, text) in pages {
        let page = browser.get(path).await;

        assert_eq!(page.status, 200, "{path}");
        page.shows(text);
        assert_eq!(page.text.matches("<h1").count(), 1, "{path}");
        for forbidden in [" style=", " onclick=", "javascript:", "<style"] {
            assert!(!page.text.contains(forbidden), "{path} holds {forbidden}");
        }
    }
    for tab in ["", "?tab=details", "?tab=access"] {
        assert_eq!(
            browser.get(&format!("/resources/{resource}{tab}")).await.status,
            200
        );
    }
}

#[tokio::test]
async fn a_role_sees_what_it_may_use_and_no_more() {
    let world = World::new().await;
    let user = world.user("bob", Role::PasswordUser).await;
    let mut browser = Browser::of(&world, &user);

    let home = browser.get("/").await;

    for hidden in [
        "href=\"/audit\"",
        "href=\"/users\"",
        "href=\"/admin/keys\"",
        "href=\"/resources/new\"",
    ] {
        assert!(!home.text.contains(hidden), "{hidden}");
    }
    for path in ["/audit", "/audit/verify", "/users", "/admin/keys"] {
        assert_eq!(browser.get(path).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn people_are_added_locked_and_let_in_again() {
    let world = World::new().await;
    let person = world.administrator().await;
    let mut browser = Browser::of(&world, &person);
    let fields = [
        ("username", "eve"),
        ("display_name", "Eve Lind"),
        ("email", "eve@example.org"),
        ("role", "password_auditor"),
    ];

    let added = browser.post("/users/new", &fields).await;
    added.shows("https://vault.example/setup");
    let (_, rest) = added.text.split_once("/users/0").unwrap();
    let page = format!("/users/0{}", rest.split('"').next().unwrap());
    let twice = browser.post("/users/new", &fields).await;
    let bob = world.user("bob", Role::PasswordUser).await;
    let locked = browser
        .post(&format!("/users/{}/lock", bob.id), &[("reason", "left")])
        .await;

    browser.get(&page).await.shows("Password Auditor");
    assert_eq!(twice.status, 422);
    assert_eq!(twice.value_of("display_name"), "Eve Lind");
    browser.get(locked.location()).await.shows("Person locked.");
    assert!(world.caller(&bob.session_token).await.is_none());
    let unlocked = browser.post(&format!("/users/{}/unlock", bob.id), &[]).await;
    browser.get(unlocked.location()).await.shows("Person unlocked.");
    let role = browser
        .post(
            &format!("/users/{}/role", bob.id),
            &[("role", "password_auditor")],
        )
        .await;
    browser.get(role.location()).await.shows("Role changed.");
}

#[tokio::test]
async fn a_person_looks_after_their_own_security() {
    let world = World::new().await;
    let person = world.administrator().await;
    let other = world.sign_in(&person).await.unwrap();
    let mut browser = Browser::of(&world, &other);
    world.clock.advance(Duration::from_secs(30));

    let wrong = person.wrong_code(&world);
    let refused = browser
        .post("/me/security/backup-codes", &[("code", wrong.expose())])
        .await;
    assert_eq!(refused.status, 422);
    refused.shows("Incorrect verification code.");
    world.clock.advance(Duration::from_secs(30));
    let code = person.code(&world);
    let codes = browser
        .post("/me/security/backup-codes", &[("code", code.expose())])
        .await;
    codes.shows("this list replaces the old one");
    let fields = [
        ("current", "wrong"),
        ("new", "another long passphrase here"),
        ("repeat", "another long passphrase here"),
    ];
    assert_eq!(browser.post("/me/security/password", &fields).await.status, 422);
    let ended = browser.post("/me/sessions/end-all", &[("keep", "current")]).await;
    assert_eq!(ended.location(), "/me/security?notice=sessions-ended&n=1");
    let saved = browser.post("/me/preferences", &[("theme", "dark")]).await;
    browser.get(saved.location()).await.shows("data-theme=\"dark\"");
    let current = person.password.expose();
    let fields = [
        ("current", current),
        ("new", "another long passphrase here"),
        ("repeat", "another long passphrase here"),
    ];
    let changed = browser.post("/me/security/password", &fields).await;
    assert_eq!(changed.location(), "/me/security?notice=password-changed");
}

#[tokio::test]
async fn the_palette_answers_with_what_the_person_may_see() {
    let world = World::new().await;
    let person = world.administrator().await;
    let bob = world.user("bob", Role::PasswordUser).await;
    let resource = world.resource(&person, "db-prod-01").await;
    let id = world
        .account(&person, resource, "root", "first-password-of-root")
        .await;

    let mine = Browser::of(&world, &person).get("/palette?q=root").await.json();
    let theirs = Browser::of(&world, &bob).get("/palette?q=root").await.json();

    assert_eq!(mine[0]["title"], "Accounts");
    assert_eq!(mine[0]["hits"][0]["url"], format!("/accounts/{id}"));
    assert!(!theirs.to_string().contains("db-prod-01"));
}

#[tokio::test]
async fn home_shows_what_bears_on_ones_own_security_and_nothing_else() {
    let world = World::new().await;
    let person = world.administrator().await;
    let bob = world.user("bob", Role::PasswordUser).await;
    let resource = world.resource(&person, "db-prod-01").await;
    let id = world
        .account(&person, resource, "root", "first-password-of-root")
        .await;
    let reveal = format!("/accounts/{id}/reveal");
    Browser::of(&world, &person).post(&reveal, &[]).await;
    Browser::of(&world, &bob).post(&reveal, &[]).await;
    let mut browser = Browser::of(&world, &bob);
    let new = "another long passphrase here";
    let fields = [("current", bob.password.expose()), ("new", new), ("repeat", new)];
    browser.post("/me/security/password", &fields).await;

    let theirs = browser.get("/").await;
    let mine = Browser::of(&world, &person).get("/").await;

    for own in [
        "setup.confirm",
        "user.change_my_password",
        "account.reveal_password",
    ] {
        theirs.shows(own);
    }
    mine.shows("setup.confirm");
    for other in ["account.", "resource.", "bob"] {
        assert!(!mine.text.contains(&format!("<code>{other}")), "{other}");
        assert!(!mine.text.contains(&format!("· {other}")), "{other}");
    }
}

#[tokio::test]
async fn sessions_are_named_as_people_name_their_browsers() {
    let world = World::new().await;
    let person = world.administrator().await;

    let page = Browser::of(&world, &person).get("/me/security").await;

    page.shows("<strong title=\"Firefox\">Unknown browser</strong>");
}

#[tokio::test]
async fn a_demo_tells_how_to_sign_in_and_inside_only_that_it_is_one() {
    let world = World::new().await;
    let person = world.administrator().await;
    let note = DemoNote {
        username: "d.okafor".to_owned(),
        password: Secret::new("lamp copper orbit thistle"),
        key: Secret::new("ITWDY5TIKZLNOAHT"),
        backup_code: Secret::new("n84q4-k8g20"),
    };

    let outside = Browser::new(&world).in_demo(&world, &note).get("/sign-in").await;
    let inside = Browser::of(&world, &person).in_demo(&world, &note).get("/").await;
    let lost = Browser::of(&world, &person)
        .in_demo(&world, &note)
        .get("/nowhere")
        .await;

    for known in [
        "d.okafor",
        "lamp copper orbit thistle",
        "ITWDY5TIKZLNOAHT",
        "n84q4-k8g20",
    ] {
        outside.shows(known);
        assert!(!inside.text.contains(known), "{known}");
        assert!(!lost.text.contains(known), "{known}");
    }
    inside.shows("Demo vault: everything here is thrown away at the end.");
}
