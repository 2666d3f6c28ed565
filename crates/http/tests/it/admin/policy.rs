use portcullis_model::{FactorKind, PersonSetting, PolicyChange, Requirement, Role, SitePolicy};
use portcullis_ops::mfa_policy;
use portcullis_testkit::World;

use super::{MAIL, apply, apply_from, group, hidden, methods, put_into, with};
use crate::browser::Browser;

/// Finance asks for Email; m.chen opted out, Treasury has a setting of its own.
#[tokio::test]
async fn a_group_passes_its_methods_on_but_not_to_who_opted_out_nor_to_a_group_with_its_own() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, &world.administrator().await);
    browser.post("/admin/mail", &MAIL).await;
    let finance = group(&world, "Finance", None).await;
    let payable = group(&world, "Payable", Some(finance)).await;
    let treasury = group(&world, "Treasury", Some(finance)).await;
    let reyes = world.user("a.reyes", Role::PasswordUser).await;
    let chen = world.user("m.chen", Role::PasswordUser).await;
    let ito = world.user("t.ito", Role::PasswordUser).await;
    for (person, group) in [(&reyes, payable), (&chen, finance), (&ito, treasury)] {
        put_into(&world, person, group).await;
    }
    let app = Requirement::of([FactorKind::Totp]);
    let opted_out = PersonSetting {
        uses_group_settings: false,
        requirement: None,
    };
    let site = SitePolicy {
        methods: vec![FactorKind::Email, FactorKind::Totp],
        ..Default::default()
    };
    let change = PolicyChange {
        site: Some(site),
        groups: vec![(finance, Some(app.clone())), (treasury, Some(app))],
        people: vec![(chen.id, opted_out)],
    };
    apply(&world, change).await;
    let id = finance.to_string();
    let email = [
        ("kind", "group"),
        ("group", id.as_str()),
        ("requirement", "methods"),
        ("methods", "email"),
        ("grace", "none"),
    ];
    // The administrator's own second step is fresh again.
    let administrator = world.sign_in(&world.administrator().await).await.unwrap();
    let mut browser = Browser::of(&world, &administrator);

    let preview = browser.post("/admin/mfa/preview", &email).await;
    let radio = format!("sub_{treasury}");
    let change = hidden(&preview, "/admin/mfa/preview", "change");
    let overwrite = [("change", change.as_str()), (radio.as_str(), "overwrite")];
    let overwritten = browser.post("/admin/mfa/preview", &overwrite).await;
    let applied = apply_from(&mut browser, &preview, &[("when", "now")]).await;
    let history = browser.get(applied.location()).await;

    preview.shows("1 change · 2 don't · 0 blocked · 1 become weaker");
    preview.shows("Finance/Payable");
    preview.shows("Inherits from Finance.");
    preview.shows(
        "\"Use group authentication settings for this user\" is off."
            .replace('"', "&#34;")
            .as_str(),
    );
    preview.shows("Finance/Treasury: Authenticator App");
    preview.shows("Apply to 1 person");
    overwritten.shows("2 change · 1 don't · 0 blocked · 2 become weaker");
    overwritten.shows("Finance/Treasury: no requirement of its own");
    history.shows("Applied. You can undo it for 24 hours.");
    history.shows("Finance: Email");
    assert_eq!(methods(&world, reyes.id).await, "Email");
    assert_eq!(methods(&world, chen.id).await, "Authenticator App or Email");
    assert_eq!(methods(&world, ito.id).await, "Authenticator App");

    let (_, rest) = history.text.split_once("/admin/mfa/changes/").unwrap();
    let path = format!("/admin/mfa/changes/{}", rest.split('"').next().unwrap());
    let undone = browser.post(&path, &[]).await;
    let twice = browser.post(&path, &[]).await;
    browser.get(undone.location()).await.shows("Taken back.");
    assert_eq!(methods(&world, reyes.id).await, "Authenticator App");
    assert_eq!(twice.status, 422);
    twice.shows("This change does not hold any more.");
}

#[tokio::test]
async fn many_people_are_enabled_at_once_and_the_preview_can_be_undone() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, &world.administrator().await);
    let zoe = world.user("zoe", Role::PasswordUser).await;
    let amir = world.user("amir", Role::PasswordUser).await;
    let list = browser.get("/admin/mfa/people?q=AMIR").await;
    let (first, second) = (zoe.id.to_string(), amir.id.to_string());
    // Not in the order of their names: the undo must find them all the same.
    let chosen = [
        ("kind", "people"),
        ("people", first.as_str()),
        ("people", second.as_str()),
        ("do", "enable"),
    ];
    let nobody = [("kind", "people"), ("do", "enable"), ("methods", "totp")];

    let none = browser.post("/admin/mfa/preview", &nobody).await;
    let no_method = browser.post("/admin/mfa/preview", &chosen).await;
    let keys = with(&chosen, &[("methods", "web_authn")]);
    let keys: Vec<_> = keys.into_iter().collect();
    let preview = browser.post("/admin/mfa/preview", &keys).await;
    let applied = apply_from(&mut browser, &preview, &[("when", "now")]).await;
    let enabled = methods(&world, zoe.id).await;
    let history = browser.get(applied.location()).await;
    let (_, rest) = history.text.split_once("/admin/mfa/changes/").unwrap();
    let path = format!("/admin/mfa/changes/{}", rest.split('"').next().unwrap());
    let undone = browser.post(&path, &[]).await;

    list.shows("The amir");
    assert!(!list.text.contains("The zoe"));
    list.shows(">Enable</button>");
    list.shows(">Disable</button>");
    assert_eq!(none.status, 422);
    none.shows("Choose 1 to 200 people.");
    assert_eq!(no_method.status, 422);
    no_method.shows("must hold at least one");
    preview.shows("2 change · 0 don't · 0 blocked · 0 become weaker");
    history.shows("Security Key, not the group's settings");
    assert_eq!(enabled, "Security Key");
    assert_eq!(undone.location(), "/admin/mfa?notice=policy-undone");
    assert_eq!(methods(&world, zoe.id).await, "Security Key or Authenticator App");
}

#[tokio::test]
async fn an_undo_finds_what_the_change_wrote_in_whatever_order_people_were_named() {
    let world = World::new().await;
    let zoe = world.user("zoe", Role::PasswordUser).await;
    let amir = world.user("amir", Role::PasswordUser).await;
    let own = |kind| PersonSetting {
        uses_group_settings: false,
        requirement: Some(Requirement::of([kind])),
    };
    let change = PolicyChange {
        people: vec![
            (zoe.id, own(FactorKind::Totp)),
            (amir.id, own(FactorKind::WebAuthn)),
        ],
        ..PolicyChange::default()
    };
    apply(&world, change).await;
    let console = world.console();
    let changes = world.gate.read(&console, mfa_policy::Find).await.unwrap().changes;

    let undo = mfa_policy::Undo { id: changes[0].id };
    world.gate.write(&console, undo).await.unwrap();

    assert_eq!(
        methods(&world, amir.id).await,
        "Security Key or Authenticator App"
    );
}

#[tokio::test]
async fn a_change_that_locks_the_last_administrator_out_cannot_be_applied() {
    let guard = "This change would leave no administrator able to sign in, so it wasn't applied.";
    let world = World::new().await;
    let mut browser = Browser::of(&world, &world.administrator().await);
    let email = [
        ("kind", "site"),
        ("methods", "email"),
        ("code_seconds", "120"),
        ("email_seconds", "600"),
        ("retries", "3"),
        ("remember", "off"),
    ];

    let preview = browser.post("/admin/mfa/preview", &email).await;
    let forced = apply_from(&mut browser, &preview, &[("when", "now")]).await;

    preview.shows(guard);
    assert!(!preview.text.contains("value=\"now\""));
    assert!(!preview.text.contains("value=\"later\""));
    assert_eq!(forced.status, 422);
    forced.shows(guard);
}

#[tokio::test]
async fn a_change_is_scheduled_and_cancelled() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, &world.administrator().await);
    let fields = [
        ("kind", "site"),
        ("methods", "totp"),
        ("code_seconds", "90"),
        ("email_seconds", "600"),
        ("retries", "3"),
        ("remember", "off"),
        ("floor_administrator", "totp"),
    ];

    let wrong = browser
        .post("/admin/mfa/preview", &with(&fields, &[("code_seconds", "5")]))
        .await;
    let preview = browser.post("/admin/mfa/preview", &fields).await;
    let past = [("when", "later"), ("at", "2020-01-01T00:00")];
    let too_late = apply_from(&mut browser, &preview, &past).await;
    let future = [("when", "later"), ("at", "2030-01-01T00:00")];
    let scheduled = apply_from(&mut browser, &preview, &future).await;
    let history = browser.get(scheduled.location()).await;

    assert_eq!(wrong.status, 422);
    wrong.shows("must be between 30 and 3600");
    assert_eq!(wrong.value_of("code_seconds"), "5");
    assert_eq!(too_late.status, 422);
    too_late.shows("must be a date and a time in the future");
    history.shows("Scheduled. You can cancel it until then.");
    history.shows(
        "Everybody: Authenticator App, Administrator at least Authenticator App, time for a code 90 s",
    );
    history.shows(">Cancel</button>");
}

#[tokio::test]
async fn a_preview_is_a_file_that_no_spreadsheet_calculates() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, &world.administrator().await);
    let bob = world.user("bob", Role::PasswordUser).await;
    let formula = group(&world, "=HYPERLINK(\"x\")", None).await;
    put_into(&world, &bob, formula).await;
    let id = formula.to_string();
    let fields = [
        ("kind", "group"),
        ("group", id.as_str()),
        ("requirement", "methods"),
        ("methods", "web_authn"),
    ];

    let preview = browser.post("/admin/mfa/preview", &fields).await;
    let change = hidden(&preview, "/admin/mfa/apply", "change");
    let file = browser
        .post("/admin/mfa/preview/csv", &[("change", &change)])
        .await;

    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(
        file.headers["content-disposition"],
        "attachment; filename=\"policy-preview.csv\""
    );
    assert!(
        file.text
            .starts_with("\"Person\",\"Group path\",\"Now\",\"After\",\"Effect\",\"Why\"\r\n")
    );
    assert!(
        file.text.contains("\"bob\",\"'=HYPERLINK(\"\"x\"\")\","),
        "{}",
        file.text
    );
}
