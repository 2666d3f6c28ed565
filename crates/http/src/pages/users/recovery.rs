//! Who asks for help with the second step, and the decision.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use portcullis_model::{FactorKind, browser_name};
use portcullis_ops::recovery::{Approve, Approved, Deny, Facts, Find, List, RequestView};
use portcullis_ops::users;
use uuid::Uuid;

use super::authentication::PassPage;
use crate::Web;
use crate::answer::{Answer, page_with, redirect};
use crate::form::{Errors, Posted, checked_on};
use crate::moment::Moment;
use crate::notice::NoticeQuery;
use crate::session::SignedIn;
use crate::shell::Shell;

#[derive(Template)]
#[template(path = "users/recovery/list.html")]
struct RequestsPage {
    shell: Shell,
    waiting: Vec<Row>,
    over: Vec<Row>,
    second_approver: bool,
}

struct Row {
    request: RequestView,
    browser: String,
    state: &'static str,
    tone: &'static str,
    made: Moment,
    ends: Moment,
}

impl Row {
    fn of(web: &Web, request: RequestView) -> Self {
        let now = web.gate.now();
        let (state, tone) = match request.state.as_str() {
            "open" => ("waiting", "warn"),
            "approved_once" => ("waits for a second approval", "warn"),
            "granted" => ("pass given", "ok"),
            "denied" => ("denied", "bad"),
            "closed" => ("closed after wrong words", "bad"),
            "cancelled" => ("taken back", ""),
            _ => ("expired", ""),
        };
        Self {
            browser: browser_name::of(&request.agent),
            state,
            tone,
            made: Moment::new(request.made_at, now),
            ends: Moment::new(request.ends_at, now),
            request,
        }
    }
}

#[derive(Template)]
#[template(path = "users/recovery/show.html")]
struct RequestPage {
    shell: Shell,
    errors: Errors,
    row: Row,
    facts: Facts,
    enrolled: String,
    last_sign_in: Option<Moment>,
    password_changed: Option<Moment>,
    /// Whether the password was set within the last three days.
    password_is_new: bool,
    is_open: bool,
    second_approver: bool,
    words: String,
    minutes: String,
    reason: String,
}

const HERE: &str = "/users/recovery";

fn here(id: Uuid) -> String {
    format!("{HERE}/{id}")
}

pub(super) async fn list(State(web): State<Web>, who: SignedIn, Query(notice): Query<NoticeQuery>) -> Answer {
    let listed = web.gate.read(&who.caller, List).await?;
    let rows = |requests: Vec<RequestView>| requests.into_iter().map(|request| Row::of(&web, request));
    let shown = RequestsPage {
        shell: Shell::new(&web, &who, "/users").with(&notice),
        waiting: rows(listed.waiting).collect(),
        over: rows(listed.over).collect(),
        second_approver: listed.second_approver,
    };
    page_with(StatusCode::OK, &shown)
}

pub(super) async fn show(State(web): State<Web>, who: SignedIn, Path(id): Path<Uuid>) -> Answer {
    page_with(StatusCode::OK, &look(&web, &who, id).await?)
}

async fn look(web: &Web, who: &SignedIn, id: Uuid) -> Answer<RequestPage> {
    let found = web.gate.read(&who.caller, Find { id }).await?;
    let now = web.gate.now();
    let labels: Vec<&str> = found
        .facts
        .enrolled
        .iter()
        .map(|kind| FactorKind::label(*kind))
        .collect();
    let moment = |at: Option<portcullis_model::Timestamp>| at.map(|at| Moment::new(at, now));
    Ok(RequestPage {
        shell: Shell::new(web, who, "/users"),
        errors: Errors::default(),
        is_open: matches!(found.request.state.as_str(), "open" | "approved_once"),
        row: Row::of(web, found.request),
        enrolled: labels.join(", "),
        last_sign_in: moment(found.facts.last_sign_in_at),
        password_changed: moment(found.facts.password_changed_at),
        password_is_new: found
            .facts
            .password_changed_at
            .is_some_and(|at| crate::moment::days(at, now) < 3),
        second_approver: found.second_approver,
        facts: found.facts,
        words: String::new(),
        minutes: "30".to_owned(),
        reason: String::new(),
    })
}

/// The page again, with what was typed and what is wrong with it.
async fn again(web: &Web, posted: &Posted, id: Uuid, errors: Errors) -> Answer {
    let fields = &posted.fields;
    let mut shown = look(web, &posted.who, id).await?;
    shown.errors = errors;
    shown.words = fields.text("words");
    shown.reason = fields.text("reason");
    if let Some(minutes) = fields.all("minutes").next() {
        minutes.clone_into(&mut shown.minutes);
    }
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

pub(super) async fn approve(State(web): State<Web>, Path(id): Path<Uuid>, posted: Posted) -> Answer {
    let (who, fields) = (&posted.who, &posted.fields);
    let result = match fields.parse("minutes") {
        Ok(minutes) => {
            let operation = Approve {
                id,
                words: fields.text("words"),
                minutes,
                confirmed: !fields.text("called").is_empty() && !fields.text("read").is_empty(),
                reason: fields.text("reason"),
            };
            web.gate.write(&who.caller, operation).await
        }
        Err(error) => Err(error),
    };
    match checked_on(&here(id), result)? {
        Ok(Approved::Granted(issued)) => {
            let request = web.gate.read(&who.caller, Find { id }).await?.request;
            let user = web
                .gate
                .read(&who.caller, users::Find { id: request.user })
                .await?;
            page_with(
                StatusCode::OK,
                &PassPage::new(&web, who, user.id, user.display_name, &issued),
            )
        }
        Ok(Approved::Once) => Ok(redirect("/users/recovery?notice=recovery-approved-once")),
        Ok(Approved::WrongWords { tries_left: 0 }) => Ok(redirect("/users/recovery?notice=recovery-closed")),
        Ok(Approved::WrongWords { tries_left }) => {
            let tries = if tries_left == 1 { "try is" } else { "tries are" };
            let problem = format!("are not those of this request. {tries_left} {tries} left.");
            again(&web, &posted, id, Errors::one("words", &problem)).await
        }
        Err(errors) => again(&web, &posted, id, errors).await,
    }
}

pub(super) async fn deny(State(web): State<Web>, Path(id): Path<Uuid>, posted: Posted) -> Answer {
    let operation = Deny {
        id,
        reason: posted.fields.text("reason"),
    };
    let result = web.gate.write(&posted.who.caller, operation).await;
    match checked_on(&here(id), result)? {
        Ok(()) => Ok(redirect("/users/recovery?notice=recovery-denied")),
        Err(Errors(errors)) => {
            // There are two reasons on the page; this one is the second.
            let mut shown = Errors::default();
            for error in errors {
                let field = if error.field == "reason" {
                    "deny_reason"
                } else {
                    error.field
                };
                shown.add(field, &error.problem);
            }
            again(&web, &posted, id, shown).await
        }
    }
}
