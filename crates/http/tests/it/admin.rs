use std::time::Duration;

use portcullis_model::{
    FactorKind, GroupId, MailError, PersonSetting, PolicyChange, Requirement, Role, UserId,
};
use portcullis_ops::{groups, mfa_policy};
use portcullis_testkit::{Person, World};

use crate::browser::{Answer, Browser};

const MAIL: [(&str, &str); 9] = [
    ("revision", "0"),
    ("host", "smtp.example.org"),
    ("port", "587"),
    ("security", "starttls"),
    ("timeout_seconds", "20"),
    ("username", "vault"),
    ("password", "letter-box-secret"),
    ("from_address", "vault@example.org"),
    ("from_name", "Portcullis"),
];

/// The fields with others in the place of those of the same name.
fn with<'a>(fields: &[(&'a str, &'a str)], others: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = fields
        .iter()
        .filter(|(name, _)| !others.iter().any(|(other, _)| other == name));
    kept.chain(others).copied().collect()
}

async fn group(world: &World, name: &str, parent: Option<GroupId>) -> GroupId {
    let add = groups::Add {
        name: name.to_owned(),
        parent,
    };
    world.gate.write(&world.console(), add).await.unwrap()
}

async fn put_into(world: &World, person: &Person, group: GroupId) {
    let operation = groups::MovePerson {
        id: person.id,
        group: Some(group),
    };
    world.gate.write(&world.console(), operation).await.unwrap();
}

async fn apply(world: &World, change: PolicyChange) {
    let found = world.gate.read(&world.console(), mfa_policy::Find).await.unwrap();
    let operation = mfa_policy::Apply {
        change,
        summary: "before".to_owned(),
        version: found.version,
        at: None,
    };
    world.gate.write(&world.console(), operation).await.unwrap();
}

async fn methods(world: &World, id: UserId) -> String {
    let explain = mfa_policy::Explain { id };
    let explained = world.gate.read(&world.console(), explain).await.unwrap();
    explained.effective.text()
}

/// What a hidden field carries, as the browser reads it.
fn hidden(page: &Answer, path: &str, field: &str) -> String {
    let (_, form) = page.text.split_once(&format!("action=\"{path}\"")).unwrap();
    let (_, rest) = form.split_once(&format!("name=\"{field}\" value=\"")).unwrap();
    rest.split('"').next().unwrap().replace("&#34;", "\"")
}

/// Sends the form at the end of a preview.
async fn apply_from(browser: &mut Browser, preview: &Answer, more: &[(&str, &str)]) -> Answer {
    let path = "/admin/mfa/apply";
    let [change, version, back] = ["change", "version", "back"].map(|field| hidden(preview, path, field));
    let fields = [
        ("change", change.as_str()),
        ("version", &version),
        ("back", &back),
    ];
    browser.post(path, &with(&fields, more)).await
}

#[tokio::test]
async fn mail_is_set_shown_without_its_password_and_removed() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, &world.administrator().await);

    let saved = browser.post("/admin/mail", &MAIL).await;
    let shown = browser.get(saved.location()).await;
    let kept = [("revision", "1"), ("password", ""), ("from_name", "Vault")];
    let again = browser.post("/admin/mail", &with(&MAIL, &kept)).await;
    let stale = browser.post("/admin/mail", &with(&MAIL, &kept)).await;
    let now = browser.get("/admin/mail").await;
    let revision = [("revision", "2")];
    let removed = browser.post("/admin/mail/remove", &revision).await;
    let gone = browser.get(removed.location()).await;
    let once_more = browser.post("/admin/mail", &MAIL).await;

    shown.shows("Mail settings saved.");
    shown.shows("One is stored. Leave empty to keep it");
    assert_eq!(shown.value_of("host"), "smtp.example.org");
    assert!(!shown.text.contains("letter-box-secret"));
    assert_eq!(again.location(), "/admin/mail?notice=mail-saved");
    assert_eq!(stale.status, 422);
    stale.shows("Somebody else changed this meanwhile.");
    assert_eq!(now.value_of("from_name"), "Vault");
    now.shows("One is stored.");
    gone.shows("Not set");
    assert_eq!(once_more.location(), "/admin/mail?notice=mail-saved");
}

#[tokio::test]
async fn a_wrong_mail_setting_is_said_beside_its_field_and_nothing_typed_is_lost() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, &world.administrator().await);
    let wrong = [("port", "many"), ("host", "smtp2.example.org")];

    let refused = browser.post("/admin/mail", &with(&MAIL, &wrong)).await;

    assert_eq!(refused.status, 422);
    refused.shows("must be a number between 0 and 65535");
    assert_eq!(refused.value_of("host"), "smtp2.example.org");
    assert_eq!(refused.value_of("port"), "many");
    assert!(!refused.text.contains("letter-box-secret"));
    browser.get("/admin/mail").await.shows("Not set");
}

#[tokio::test]
async fn a_test_letter_shows_who_said_what_and_stores_nothing() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, &world.administrator().await);
    let to = with(&MAIL, &[("to", "ann@example.org")]);

    let good = browser.post("/admin/mail/test", &to).await;
    let problem = "535 wrong password".to_owned();
    world.mailbox.fail(Some(MailError::Settings(problem)));
    let bad = browser.post("/admin/mail/test", &to).await;
    let nowhere = browser
        .post("/admin/mail/test", &with(&MAIL, &[("to", "nobody")]))
        .await;

    good.shows("The server took the test letter for ann@example.org.");
    good.shows("RCPT TO:&#60;ann@example.org&#62;");
    bad.shows("The test letter did not leave.");
    bad.shows("535 wrong password");
    assert_eq!(bad.value_of("host"), "smtp.example.org");
    assert!(!bad.text.contains("letter-box-secret"));
    assert_eq!(nowhere.status, 422);
    nowhere.shows("must be an e-mail address");
    browser.get("/admin/mail").await.shows("Not set");
}

#[tokio::test]
async fn radius_servers_are_set_and_their_secrets_never_shown() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, &world.administrator().await);
    let fields = [
        ("revision", "0"),
        ("s0_host", "radius.example.org"),
        ("s0_port", "1812"),
        ("s0_transport", "udp"),
        ("s0_secret", "shared-secret"),
        ("protocol", "ms_chap_v2"),
        ("time_out_ms", "1.5"),
        ("tries", "2"),
        ("nas_identifier", "portcullis"),
    ];

    let missing = browser
        .post("/admin/radius", &with(&fields, &[("s0_secret", "")]))
        .await;
    let saved = browser.post("/admin/radius", &fields).await;
    let shown = browser.get(saved.location()).await;

    assert_eq!(missing.status, 422);
    missing.shows("Enter the secret that this system and the server share.");
    shown.shows("RADIUS settings saved.");
    shown.shows("Replies without Message-Authenticator are accepted.");
    assert_eq!(shown.value_of("s0_host"), "radius.example.org");
    assert_eq!(shown.value_of("time_out_ms"), "1.5");
    assert!(!shown.text.contains("shared-secret"));
}

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
    let site = portcullis_model::SitePolicy {
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

#[tokio::test]
async fn every_admin_page_opens_and_is_hidden_from_the_others() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, &world.administrator().await);
    let mut other = Browser::of(&world, &world.user("bob", Role::PasswordAdministrator).await);
    let finance = group(&world, "Finance", None).await;
    let pages = [
        ("/admin/mail".to_owned(), "Send a test letter"),
        ("/admin/radius".to_owned(), "Require Message-Authenticator"),
        ("/admin/groups".to_owned(), "Finance"),
        (format!("/admin/groups/{finance}"), "Rename or move"),
        ("/admin/mfa".to_owned(), "No mail server is set yet"),
        (format!("/admin/mfa/groups/{finance}"), "Grace"),
        ("/admin/mfa/people".to_owned(), "Missing prerequisite"),
    ];

    for (path, text) in pages {
        let page = browser.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        page.shows(text);
        assert_eq!(page.text.matches("<h1").count(), 1, "{path}");
        assert_eq!(other.get(&path).await.status, 403, "{path}");
    }
    let home = other.get("/").await;
    for hidden in ["/admin/mail", "/admin/radius", "/admin/groups", "/admin/mfa"] {
        assert!(!home.text.contains(&format!("href=\"{hidden}\"")), "{hidden}");
    }
}
