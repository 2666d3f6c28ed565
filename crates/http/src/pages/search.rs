use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Json};
use axum::routing::get;
use portcullis_model::SystemRight;
use portcullis_ops::palette::{Found, Search};
use serde::{Deserialize, Serialize};

use crate::Web;
use crate::answer::{Answer, page};
use crate::session::SignedIn;
use crate::shell::Shell;

pub(crate) fn router() -> Router<Web> {
    Router::new()
        .route("/search", get(show))
        .route("/palette", get(palette))
}

#[derive(Deserialize)]
struct SearchQuery {
    #[serde(default)]
    q: String,
}

/// Where the palette can go. Never a secret.
#[derive(Serialize)]
struct Hit {
    title: String,
    detail: String,
    url: String,
    /// Where a script asks for the password of an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    copy: Option<String>,
}

#[derive(Serialize)]
struct Group {
    title: &'static str,
    hits: Vec<Hit>,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    shell: Shell,
    query: String,
    groups: Vec<Group>,
}

async fn show(State(web): State<Web>, who: SignedIn, Query(query): Query<SearchQuery>) -> Answer {
    let groups = find(&web, &who, &query.q).await?;
    page(&SearchPage {
        shell: Shell::new(&web, &who, "/search"),
        query: query.q,
        groups,
    })
}

async fn palette(State(web): State<Web>, who: SignedIn, Query(query): Query<SearchQuery>) -> Answer {
    Ok(Json(find(&web, &who, &query.q).await?).into_response())
}

async fn find(web: &Web, who: &SignedIn, query: &str) -> Answer<Vec<Group>> {
    let mut groups = Vec::new();
    if !query.trim().is_empty() {
        let found = web
            .gate
            .read(
                &who.caller,
                Search {
                    query: query.trim().to_owned(),
                },
            )
            .await?;
        groups.extend(things(found, who));
    }
    groups.push(Group {
        title: "Pages",
        hits: fitting(PAGES, who, query),
    });
    groups.push(Group {
        title: "Actions",
        hits: fitting(ACTIONS, who, query),
    });
    groups.retain(|group| !group.hits.is_empty());
    Ok(groups)
}

fn things(found: Found, who: &SignedIn) -> [Group; 3] {
    let accounts = found.accounts.into_iter().map(|account| Hit {
        title: account.name,
        detail: format!("{} · {}", account.resource_name, account.resource_kind),
        url: format!("/accounts/{}", account.id),
        copy: Some(format!("/accounts/{}/copy", account.id)),
    });
    let resources = found.resources.into_iter().map(|resource| Hit {
        title: resource.draft.name,
        detail: resource.draft.kind,
        url: format!("/resources/{}", resource.id),
        copy: None,
    });
    let manages = who.me.role.has(SystemRight::ManageUsers);
    let people = found.people.into_iter().filter(|_| manages).map(|person| Hit {
        title: person.display_name,
        detail: person.username,
        url: format!("/users/{}", person.id),
        copy: None,
    });
    [
        Group {
            title: "Accounts",
            hits: accounts.collect(),
        },
        Group {
            title: "Resources",
            hits: resources.collect(),
        },
        Group {
            title: "People",
            hits: people.collect(),
        },
    ]
}

type Known = (&'static str, &'static str, &'static str, Option<SystemRight>);

const PAGES: &[Known] = &[
    ("Home", "What needs you", "/", None),
    ("Passwords", "Find and use an account", "/passwords", None),
    ("Resources", "Servers, applications, devices", "/resources", None),
    ("Trash", "Deleted, and not yet gone", "/trash", None),
    ("Audit", "Who did what", "/audit", Some(SystemRight::ReadAudit)),
    (
        "Users",
        "People and their roles",
        "/users",
        Some(SystemRight::ManageUsers),
    ),
    (
        "Groups",
        "The tree of people",
        "/admin/groups",
        Some(SystemRight::ManageUsers),
    ),
    (
        "Two-factor authentication",
        "Who must prove what",
        "/admin/mfa/people",
        Some(SystemRight::ManageSettings),
    ),
    (
        "Sign-in & MFA",
        "Methods, time limits, floors",
        "/admin/mfa",
        Some(SystemRight::ManageSettings),
    ),
    (
        "Mail",
        "How letters leave",
        "/admin/mail",
        Some(SystemRight::ManageSettings),
    ),
    (
        "RADIUS",
        "Servers that ask for a second step",
        "/admin/radius",
        Some(SystemRight::ManageSettings),
    ),
    (
        "Phone calls",
        "Trunks that people are called through",
        "/admin/phone",
        Some(SystemRight::ManageSettings),
    ),
    (
        "Branding & legal",
        "Logo, accent, sign-in text, privacy",
        "/admin/branding",
        Some(SystemRight::ManageSettings),
    ),
    (
        "Health of sign-in",
        "Mail, RADIUS, people without a second step",
        "/admin/health",
        Some(SystemRight::ManageSettings),
    ),
    (
        "User activity",
        "Every sign-in and every error",
        "/activity",
        Some(SystemRight::ReadAudit),
    ),
    (
        "Keys",
        "What encrypts the vault",
        "/admin/keys",
        Some(SystemRight::ManageKeys),
    ),
    ("My security", "Factors, sessions, password", "/me/security", None),
    ("Preferences", "Theme and shortcuts", "/me/preferences", None),
    ("Tokens", "For programs that act for you", "/me/tokens", None),
    ("Shortcuts", "Keys that save time", "/shortcuts", None),
    ("API", "Reference", "/help/api", None),
];

const ACTIONS: &[Known] = &[
    (
        "Add account",
        "A name and a password on a resource",
        "/passwords/new",
        None,
    ),
    (
        "Add resource",
        "A server, application or device",
        "/resources/new",
        Some(SystemRight::AddResources),
    ),
    (
        "Add person",
        "Gives you a set-up code for them",
        "/users/new",
        Some(SystemRight::ManageUsers),
    ),
    (
        "Make a token",
        "For a program that acts for you",
        "/me/tokens",
        None,
    ),
    (
        "Change my password",
        "Signs out your other sessions",
        "/me/security",
        None,
    ),
    (
        "Verify the audit chain",
        "Finds changed entries",
        "/audit/verify",
        Some(SystemRight::ReadAudit),
    ),
];

fn fitting(known: &[Known], who: &SignedIn, query: &str) -> Vec<Hit> {
    let query = query.trim().to_lowercase();
    known
        .iter()
        .filter(|(_, _, _, right)| right.is_none_or(|right| who.me.role.has(right)))
        .filter(|(title, ..)| title.to_lowercase().contains(&query))
        .map(|(title, detail, url, _)| Hit {
            title: (*title).to_owned(),
            detail: (*detail).to_owned(),
            url: (*url).to_owned(),
            copy: None,
        })
        .collect()
}
