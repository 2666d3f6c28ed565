//! Two-factor authentication: who must prove what, person by person.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use portcullis_model::{FactorKind, PageSize};
use portcullis_ops::mfa_policy::{List, ListMatching, PersonPolicy};

use super::HERE;
use super::methods::{self, Connected, MethodRow};
use crate::Web;
use crate::answer::{Answer, page_with};
use crate::form::{Errors, Posted};
use crate::pages::passwords::ListQuery;
use crate::session::SignedIn;
use crate::shell::Shell;

#[derive(Template)]
#[template(path = "admin/mfa/people.html")]
struct PeoplePage {
    shell: Shell,
    errors: Errors,
    query: String,
    after: String,
    methods: Vec<MethodRow>,
    rows: Vec<Row>,
    next: Option<String>,
    /// How many people fit the filter, if they do not all stand on this page.
    matching: Option<usize>,
    all: bool,
}

struct Row {
    person: PersonPolicy,
    enrolled: String,
    missing: String,
    chosen: bool,
}

pub(super) async fn show(State(web): State<Web>, who: SignedIn, Query(query): Query<ListQuery>) -> Answer {
    page_with(StatusCode::OK, &look(&web, &who, query).await?)
}

/// The page with the boxes as they were, and what is wrong.
pub(super) async fn again(web: &Web, posted: &Posted, errors: Errors) -> Answer {
    let fields = &posted.fields;
    let query = ListQuery {
        q: fields.text("q"),
        after: Some(fields.text("after")).filter(|after| !after.is_empty()),
    };
    let mut shown = look(web, &posted.who, query).await?;
    for row in &mut shown.rows {
        let id = row.person.id.to_string();
        row.chosen = fields.all("people").any(|chosen| chosen == id);
    }
    let shown = PeoplePage {
        errors,
        all: fields.text("all") == "matching",
        methods: shown
            .methods
            .into_iter()
            .map(|row| row.chosen(fields.all("methods")))
            .collect(),
        ..shown
    };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

async fn look(web: &Web, who: &SignedIn, query: ListQuery) -> Answer<PeoplePage> {
    let operation = List {
        query: query.q.clone(),
        only: Vec::new(),
        after: query.after.clone(),
        size: PageSize::DEFAULT,
    };
    let found = web.gate.read(&who.caller, operation).await?;
    let connected = Connected::find(web, who).await?;
    let matching = if found.next.is_some() || query.after.is_some() {
        let query = query.q.clone();
        Some(web.gate.read(&who.caller, ListMatching { query }).await?.total)
    } else {
        None
    };
    let rows = found.items.into_iter().map(|person| {
        let kinds: Vec<&str> = person.enrolled.iter().map(|kind| kind.label()).collect();
        Row {
            enrolled: kinds.join(", "),
            missing: person.missing.join(", "),
            chosen: false,
            person,
        }
    });
    Ok(PeoplePage {
        shell: Shell::new(web, who, HERE),
        errors: Errors::default(),
        methods: methods::rows(connected, &[FactorKind::Totp]),
        rows: rows.collect(),
        next: query.next("/admin/mfa/people", found.next),
        matching,
        all: false,
        after: query.after.unwrap_or_default(),
        query: query.q,
    })
}
