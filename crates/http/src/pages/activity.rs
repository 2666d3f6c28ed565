//! User activity: every sign-in event, filtered, exported, and the filters that people keep.

mod asked;
mod filters;

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use portcullis_model::{FactorKind, Outcome, PageSize, SignInEvent, browser_name};
use portcullis_ops::activity::{Export, List, ListFilters, SignInView};

use self::asked::Asked;
use self::filters::Saved;
use crate::answer::{Answer, page_with};
use crate::form::Errors;
use crate::moment::Moment;
use crate::notice::NoticeQuery;
use crate::session::SignedIn;
use crate::shell::Shell;
use crate::{Web, csv};

pub(crate) const HERE: &str = "/activity";

pub(crate) fn router() -> Router<Web> {
    Router::new()
        .route("/activity", get(show))
        .route("/activity/csv", get(download))
        .route("/activity/filters", post(filters::save))
        .route("/activity/filters/{id}", post(filters::change))
        .route("/activity/filters/{id}/delete", post(filters::delete))
}

#[derive(Template)]
#[template(path = "activity.html")]
struct ActivityPage {
    shell: Shell,
    errors: Errors,
    asked: Asked,
    events: [SignInEvent; 7],
    methods: Vec<FactorKind>,
    outcomes: [Outcome; 3],
    fixed: Vec<(&'static str, String)>,
    saved: Vec<Saved>,
    rows: Vec<Row>,
    first: bool,
    next: Option<String>,
}

impl ActivityPage {
    /// The end of an id. All ids of one minute begin alike.
    fn end(id: &str) -> &str {
        id.get(id.len().saturating_sub(8)..).unwrap_or(id)
    }

    /// Whether any of the filters is the viewer's own.
    fn keeps_some(&self) -> bool {
        self.saved.iter().any(|saved| saved.view.is_mine)
    }
}

/// One event, ready to be read.
struct Row {
    view: SignInView,
    at: Moment,
    exact: String,
    device: String,
    session: String,
}

impl Row {
    fn of(view: SignInView, now: portcullis_model::Timestamp) -> Self {
        let session = view.session.map(|id| id.to_string()).unwrap_or_default();
        Self {
            at: Moment::new(view.at, now),
            exact: view.at.to_string(),
            device: device(&view.agent),
            session,
            view,
        }
    }

    fn method(&self) -> &'static str {
        self.view.method.map_or("", FactorKind::label)
    }
}

/// What a browser is called, by a fixed list of names; nothing where none was told.
pub(crate) fn device(agent: &str) -> String {
    if agent.is_empty() {
        return String::new();
    }
    browser_name::of(agent)
}

/// The filters that everybody has.
const FIXED: [(&str, &str); 3] = [
    ("MFA errors", "event=error"),
    ("Backup code used", "event=verified&method=backup_code"),
    ("New address", "new_address=yes"),
];

async fn show(
    State(web): State<Web>,
    who: SignedIn,
    Query(query): Query<BTreeMap<String, String>>,
    Query(notice): Query<NoticeQuery>,
) -> Answer {
    let mut shown = look(&web, &who, &query, Errors::default()).await?;
    shown.shell = shown.shell.with(&notice);
    page_with(StatusCode::OK, &shown)
}

async fn look(
    web: &Web,
    who: &SignedIn,
    query: &BTreeMap<String, String>,
    errors: Errors,
) -> Answer<ActivityPage> {
    let asked = Asked::of(query);
    let before = query.get("before").cloned();
    let operation = List {
        filter: asked.filter(),
        before: before.clone(),
        size: PageSize::DEFAULT,
    };
    let found = web.gate.read(&who.caller, operation).await?;
    let saved = web.gate.read(&who.caller, ListFilters).await?;
    let now = web.gate.now();
    Ok(ActivityPage {
        shell: Shell::new(web, who, HERE),
        errors,
        events: SignInEvent::ALL,
        methods: FactorKind::ALL.into_iter().rev().collect(),
        outcomes: [Outcome::Succeed, Outcome::Deny, Outcome::Fail],
        fixed: FIXED
            .iter()
            .map(|(name, query)| (*name, format!("{HERE}?{query}")))
            .collect(),
        saved: saved.into_iter().map(Saved::of).collect(),
        rows: found.items.into_iter().map(|view| Row::of(view, now)).collect(),
        first: before.is_none(),
        next: found
            .next
            .map(|before| asked.address(HERE, &[("before", &before)])),
        asked,
    })
}

const COLUMNS: [&str; 10] = [
    "Time",
    "User",
    "Event",
    "Message",
    "Method",
    "Result",
    "IP",
    "Device",
    "Session",
    "Request id",
];

/// Everything that fits, as a file.
async fn download(
    State(web): State<Web>,
    who: SignedIn,
    Query(query): Query<BTreeMap<String, String>>,
) -> Answer {
    let asked = Asked::of(&query);
    let export = Export {
        filter: asked.filter(),
    };
    let events = web.gate.read(&who.caller, export).await;
    csv::file(
        events.map(|events| table(&events)),
        "user-activity.csv",
        asked.address(HERE, &[]),
    )
}

/// Events as comma-separated values.
pub(crate) fn table(events: &[SignInView]) -> String {
    let mut text = csv::line(&COLUMNS);
    for event in events {
        text += &csv::line(&[
            &event.at.to_string(),
            &event.username,
            event.event.label(),
            &event.message,
            event.method.map_or("", FactorKind::label),
            event.outcome.word(),
            &event.address,
            &device(&event.agent),
            &event.session.map(|id| id.to_string()).unwrap_or_default(),
            &event.request,
        ]);
    }
    text
}
