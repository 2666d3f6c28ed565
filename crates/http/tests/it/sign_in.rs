use std::time::Duration;

use portcullis_testkit::{Person, World, amm};

use crate::browser::Browser;

async fn at_the_code(world: &World, person: &Person) -> Browser {
    let mut browser = Browser::new(world);
    world.clock.advance(Duration::from_secs(30));
    let next = browser
        .post(
            "/sign-in",
            &[("username", &person.username), ("next", "/passwords")],
        )
        .await;
    assert_eq!(next.location(), "/sign-in/password?next=/passwords");
    let fields = [("password", person.password.expose()), ("next", "/passwords")];
    let next = browser.post("/sign-in/password", &fields).await;
    assert_eq!(next.location(), "/sign-in/code?next=/passwords");
    browser
}

#[tokio::test]
async fn a_person_signs_in_with_three_forms_and_lands_where_they_wanted_to_be() {
    let world = World::new().await;
    let person = world.administrator().await;
    let mut browser = at_the_code(&world, &person).await;

    let page = browser.get("/sign-in/code?next=/passwords").await;
    let fields = [
        ("code", person.code(&world).expose().to_owned()),
        ("next", "/passwords".to_owned()),
    ];
    let fields = [("code", fields[0].1.as_str()), ("next", fields[1].1.as_str())];
    let done = browser.post("/sign-in/code", &fields).await;

    page.shows("Enter the code from your app");
    assert_eq!(done.location(), "/passwords");
    assert!(browser.has("__Host-portcullis_session"));
    browser.get("/passwords").await.shows("<h1>Passwords</h1>");
}

#[tokio::test]
async fn a_wrong_code_says_so_and_how_many_tries_are_left() {
    let world = World::new().await;
    let person = world.administrator().await;
    let mut browser = at_the_code(&world, &person).await;
    let wrong = person.wrong_code(&world);

    let page = browser.post("/sign-in/code", &[("code", wrong.expose())]).await;

    assert_eq!(page.status, 422);
    page.shows("Incorrect verification code.");
    page.shows("tries left.");
    assert!(!browser.has("__Host-portcullis_session"));
}

#[tokio::test]
async fn too_many_wrong_codes_lead_back_to_the_start_with_the_reason() {
    let world = World::new().await;
    let person = world.administrator().await;
    let mut browser = at_the_code(&world, &person).await;
    let wrong = person.wrong_code(&world);

    let mut location = String::new();
    for _ in 0..4 {
        let fields = [("code", wrong.expose()), ("username", person.username.as_str())];
        location = browser.post("/sign-in/code", &fields).await.location().to_owned();
    }

    assert_eq!(location, "/sign-in?notice=too-many&username=admin");
    let page = browser.get(&location).await;
    page.shows("Too many failed attempts with incorrect verification code.");
    assert_eq!(page.value_of("username"), "admin");
}

#[tokio::test]
async fn a_code_that_comes_too_late_leads_back_to_the_start_with_the_reason() {
    let world = World::new().await;
    let person = world.administrator().await;
    let mut browser = at_the_code(&world, &person).await;
    world.clock.advance(Duration::from_secs(121));

    let late = browser
        .post("/sign-in/code", &[("code", person.code(&world).expose())])
        .await;

    assert_eq!(late.location(), "/sign-in?notice=timeout");
    browser
        .get(late.location())
        .await
        .shows("Correct verification code was not entered before timeout.");
}

#[tokio::test]
async fn a_page_that_waits_too_long_leads_back_by_itself_and_the_trail_says_so() {
    let world = World::new().await;
    let person = world.administrator().await;
    let mut browser = at_the_code(&world, &person).await;
    let before = world.last_entry().await;
    let page = browser.get("/sign-in/code").await;
    page.shows(r#"<noscript><meta http-equiv="refresh" content="121">"#);
    world.clock.advance(Duration::from_millis(119_500));
    browser.get("/sign-in/code").await.shows("Time left: <strong");
    world.clock.advance(Duration::from_secs(1));

    let late = browser.get("/sign-in/code").await;

    assert_eq!(late.location(), "/sign-in?notice=timeout&username=admin");
    let entries = world.entries_after(before).await;
    let [time_out, ..] = amm::messages();
    assert_eq!(entries.len(), 1);
    assert_eq!(
        entries[0].message.to_string(),
        amm::failed("Authenticator App", time_out)
    );
}

#[tokio::test]
async fn a_wrong_password_does_not_say_what_is_wrong() {
    let world = World::new().await;
    world.administrator().await;

    for username in ["admin", "nobody-here"] {
        let mut browser = Browser::new(&world);
        browser.post("/sign-in", &[("username", username)]).await;
        let page = browser
            .post("/sign-in/password", &[("password", "open sesame please")])
            .await;

        assert_eq!(page.status, 422);
        page.shows("Username or password is incorrect.");
        assert!(!page.text.contains("open sesame"));
    }
}

#[tokio::test]
async fn cancelling_changes_nothing() {
    let world = World::new().await;
    let person = world.administrator().await;
    let mut browser = at_the_code(&world, &person).await;

    let back = browser.post("/sign-in/cancel", &[]).await;

    assert_eq!(back.location(), "/sign-in?notice=cancelled");
    browser
        .get(back.location())
        .await
        .shows("Sign-in cancelled. Nothing was changed.");
    assert!(!browser.has("__Host-portcullis_login"));
}

#[tokio::test]
async fn a_backup_code_lets_a_person_in() {
    let world = World::new().await;
    let person = world.administrator().await;
    let mut browser = at_the_code(&world, &person).await;

    let chosen = browser
        .post("/sign-in/method", &[("method", "backup_code")])
        .await;
    browser.get(chosen.location()).await.shows("Enter a backup code");
    browser
        .post("/sign-in/code", &[("code", person.backup_codes[0].expose())])
        .await;

    assert!(browser.has("__Host-portcullis_session"));
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let world = World::new().await;
    let person = world.administrator().await;
    let mut browser = Browser::of(&world, &person);

    let out = browser.post("/sign-out", &[]).await;

    assert_eq!(out.location(), "/sign-in?notice=signed-out");
    assert!(world.caller(&person.session_token).await.is_none());
}

#[tokio::test]
async fn b15_half_a_sign_in_opens_nothing() {
    let world = World::new().await;
    let person = world.administrator().await;
    let mut browser = at_the_code(&world, &person).await;

    for path in ["/passwords", "/me/security", "/audit", "/users", "/palette?q=a"] {
        let refused = browser.get(path).await;
        assert!(
            refused.location().starts_with("/sign-in?next=/"),
            "{path}: {}",
            refused.status
        );
    }
}

#[tokio::test]
async fn a_session_that_nobody_used_says_after_how_many_minutes_it_ended() {
    let world = World::new().await;
    let person = world.administrator().await;
    let mut browser = Browser::of(&world, &person);
    world.clock.advance(Duration::from_mins(15));

    let ended = browser.get("/passwords?q=root").await;

    assert_eq!(
        ended.location(),
        "/sign-in?notice=session-ended&n=15&next=/passwords%3Fq%3Droot"
    );
    let page = browser.get(ended.location()).await;
    page.shows("Your session ended after 15 minutes without activity. Sign in to continue.");
    assert_eq!(page.value_of("next"), "/passwords?q=root");
}

#[tokio::test]
async fn a_session_that_was_signed_out_elsewhere_blames_no_idleness() {
    let world = World::new().await;
    let person = world.administrator().await;
    let mut browser = Browser::of(&world, &person);
    Browser::of(&world, &person).post("/sign-out", &[]).await;

    let ended = browser.get("/passwords").await;

    assert_eq!(ended.location(), "/sign-in?notice=session-ended&next=/passwords");
}
