use portcullis_model::Role;
use portcullis_testkit::World;

use super::{MAIL, apply_from, hidden, methods};
use crate::browser::Browser;

#[tokio::test]
async fn a_change_reports_first_and_is_applied_from_its_report() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let administrator = world.sign_in(&world.administrator().await).await.unwrap();
    let mut browser = Browser::of(&world, &administrator);
    let id = alice.id.to_string();
    let only_keys = [
        ("kind", "people"),
        ("people", id.as_str()),
        ("do", "enable"),
        ("methods", "web_authn"),
    ];

    let preview = browser.post("/admin/mfa/preview", &only_keys).await;
    let wrong = apply_from(&mut browser, &preview, &[("when", "report"), ("days", "31")]).await;
    let made = apply_from(&mut browser, &preview, &[("when", "report"), ("days", "7")]).await;
    let path = made.location().split('?').next().unwrap().to_owned();
    let empty = browser.get(made.location()).await;
    world.sign_in(&alice).await.unwrap();
    let report = browser.get(&path).await;
    let history = browser.get("/admin/mfa").await;
    let before = methods(&world, alice.id).await;
    let apply = format!("{path}/apply");
    let version = hidden(&report, &apply, "version");
    let applied = browser.post(&apply, &[("version", &version)]).await;

    assert_eq!(wrong.status, 422);
    wrong.shows("must be between 1 and 30");
    empty.shows("It reports from now on. Nothing was changed for anybody.");
    empty.shows("No sign-in would have met anything else so far.");
    report.shows("1 would be asked for something else · 0 would be blocked · 0 would be weaker");
    report.shows("Asked for something else");
    history.shows("Discard");
    assert_eq!(before, "Security Key or Authenticator App");
    assert_eq!(applied.location(), "/admin/mfa?notice=policy-applied");
    assert_eq!(methods(&world, alice.id).await, "Security Key");
}

#[tokio::test]
async fn an_administrator_looks_at_what_guards_everybody_and_a_privileged_one_changes_it() {
    let world = World::new().await;
    let lesser = world.user("lesser", Role::Administrator).await;
    let mut browser = Browser::of(&world, &world.sign_in(&lesser).await.unwrap());
    for path in ["/admin/mfa", "/admin/mail", "/admin/radius", "/admin/mfa/people"] {
        browser
            .get(path)
            .await
            .shows("Only a privileged administrator can change it.");
    }
    let site = [
        ("kind", "site"),
        ("methods", "totp"),
        ("code_seconds", "120"),
        ("email_seconds", "600"),
        ("retries", "3"),
    ];

    let preview = browser.post("/admin/mfa/preview", &site).await;
    let applied = apply_from(&mut browser, &preview, &[("when", "now")]).await;
    let reported = apply_from(&mut browser, &preview, &[("when", "report"), ("days", "7")]).await;
    let mail = browser.post("/admin/mail", &MAIL).await;
    let tried = browser.post("/admin/mail/test", &MAIL).await;

    preview.shows("Only a privileged administrator can apply this.");
    for answer in [applied, reported, mail, tried] {
        assert_eq!(answer.status, 403);
    }
}
