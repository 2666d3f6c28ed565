//! What administrators set in the console.

mod bulk;
mod connections;
mod people;
mod policy;
mod recovery;
mod reports;

use portcullis_model::{GroupId, PolicyChange, Role, UserId};
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
