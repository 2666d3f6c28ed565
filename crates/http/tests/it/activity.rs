use std::time::Duration;

use portcullis_model::{Role, Secret};
use portcullis_testkit::World;

use crate::browser::Browser;

#[tokio::test]
async fn the_page_shows_the_lines_and_its_filters_stand_in_the_address() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let token = world.pass_password(&world.gate, &alice).await;
    let wrong = alice.wrong_code(&world);
    world.prove_factor(&world.gate, &token, &wrong).await.unwrap();
    let mut browser = Browser::of(&world, &admin);

    let page = browser.get("/activity?who=alice").await;
    page.shows("Login pre-authenticated, await verification. MFA method: Authenticator App");
    let error = "Login error. MFA method: Authenticator App, MFA error: Incorrect verification code.";
    page.shows(error);
    let errors = browser.get("/activity?event=error&who=alice").await;
    errors.shows(error);
    assert!(!errors.text.contains("Login pre-authenticated"));
    for fixed in [
        "?event=error\"",
        "?event=verified&#38;method=backup_code\"",
        "?new_address=yes\"",
    ] {
        assert!(page.text.contains(fixed), "{fixed}");
    }

    let keep = [
        ("event", "error"),
        ("who", "alice"),
        ("name", "Alice <b>"),
        ("shared", "yes"),
    ];
    let kept = browser.post("/activity/filters", &keep).await;
    assert_eq!(
        kept.location(),
        "/activity?who=alice&event=error&notice=filter-saved"
    );
    let page = browser.get("/activity").await;
    page.shows("href=\"/activity?who=alice&event=error\"");
    assert!(!page.text.contains("Alice <b>"));
    let again = browser.post("/activity/filters", &keep).await;
    assert_eq!(again.status, 422);
    again.shows("You have a filter of that name.");
}

#[tokio::test]
async fn f2_an_export_is_no_formula_and_takes_a_fresh_step() {
    let world = World::new().await;
    let admin = world.administrator().await;
    for name in ["=cmd|' /c calc'!a0", "+1", "@sum(1)", "|x"] {
        let token = world.begin(&world.gate, name).await;
        let wrong = Secret::new("wrong");
        world.prove_password(&world.gate, &token, &wrong).await.unwrap();
    }
    let mut browser = Browser::of(&world, &admin);

    let file = browser.get("/activity/csv?event=refused").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert!(
        file.headers["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment")
    );
    assert_eq!(file.text.lines().count(), 5, "{}", file.text);
    for cell in ["\"'=cmd|", "\"'+1\"", "\"'@sum(1)\"", "\"'|x\""] {
        assert!(file.text.contains(cell), "{cell} in {}", file.text);
    }
    world.clock.advance(Duration::from_mins(14));
    browser.get("/").await;
    world.clock.advance(Duration::from_mins(2));
    let stale = browser.get("/activity/csv?event=refused").await;
    assert_eq!(stale.location(), "/me/confirm?next=/activity%3Fevent%3Drefused");
}
