//! "Confirm it's you": a fresh second step before something that matters.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use portcullis_model::FactorKind;
use portcullis_ops::OpError;
use portcullis_ops::sessions::{Ask, Asked, Confirm, Confirmed, FindCall, Methods, OwnMethods};
use serde::Deserialize;

use crate::answer::{Answer, Problem, page, page_with, redirect};
use crate::form::Posted;
use crate::pages::phone::CallPage;
use crate::pages::sign_in::{Prompt, Way};
use crate::session::SignedIn;
use crate::shell::Front;
use crate::{Web, next_path};

#[derive(Template)]
#[template(path = "me/confirm.html")]
struct ConfirmPage {
    front: Front,
    csrf: String,
    username: String,
    next: String,
    way: Way,
    options: Option<String>,
    others: Vec<Way>,
    /// What went wrong, in words.
    problem: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct ConfirmQuery {
    #[serde(default)]
    next: String,
}

/// Begins with the strongest method that needs nothing to be sent or drawn first, so that a look changes nothing.
pub(super) async fn show(State(web): State<Web>, who: SignedIn, Query(query): Query<ConfirmQuery>) -> Answer {
    let methods = web.gate.read(&who.caller, Methods).await?;
    let quiet =
        |kind: &&FactorKind| !matches!(kind, FactorKind::Email | FactorKind::Phone | FactorKind::WebAuthn);
    let first = methods.kinds.iter().rev().find(quiet).or(methods.kinds.last());
    let method = *first.ok_or_else(|| Problem::from(OpError::Denied))?;
    let next = next_path::safe(&query.next).unwrap_or("/").to_owned();
    page(&view(&web, &who, &methods, method, next, String::new(), None))
}

/// Lets another method begin.
pub(super) async fn ask(State(web): State<Web>, posted: Posted) -> Answer {
    let who = &posted.who;
    let method = posted.fields.parse::<FactorKind>("method")?;
    let next = next_of(&posted);
    let methods = web.gate.read(&who.caller, Methods).await?;
    let (prompt, problem) = match web.gate.remote(&who.caller, Ask { method }).await? {
        Asked::Calling => return Ok(redirect(&call_page(&next))),
        Asked::Ready { prompt } => (prompt, None),
        Asked::TooMany { .. } => (
            String::new(),
            Some("No more codes are sent for a while. Use the last one, or try another way.".to_owned()),
        ),
        Asked::Unanswered { text } => (String::new(), Some(text)),
    };
    page(&view(&web, who, &methods, method, next, prompt, problem))
}

/// Waits for the phone call that was asked for.
pub(super) async fn call(State(web): State<Web>, who: SignedIn, Query(query): Query<ConfirmQuery>) -> Answer {
    let next = next_path::safe(&query.next).unwrap_or("/").to_owned();
    let call = web.gate.read(&who.caller, FindCall).await?;
    page(&CallPage::of_session(Front::of_anybody(&web), call, next).with(&who.csrf, ""))
}

fn call_page(next: &str) -> String {
    format!("/me/confirm/call?next={}", next_path::encode(next))
}

pub(super) async fn confirm(State(web): State<Web>, posted: Posted) -> Answer {
    let who = &posted.who;
    let method = posted.fields.parse::<FactorKind>("method")?;
    let next = next_of(&posted);
    let operation = Confirm {
        method,
        code: posted.fields.secret("code"),
    };
    let confirmed = match web.gate.remote(&who.caller, operation).await {
        Err(OpError::Conflict(_)) if method == FactorKind::Phone => return Ok(redirect(&call_page(&next))),
        confirmed => confirmed?,
    };
    let (status, prompt, problem) = match confirmed {
        Confirmed::Yes => return Ok(redirect(&next)),
        Confirmed::SwitchedOff => return Ok(redirect("/me/security?notice=switched-off")),
        Confirmed::Asked { prompt } => (StatusCode::OK, prompt, None),
        Confirmed::Unanswered { text } => (StatusCode::SERVICE_UNAVAILABLE, String::new(), Some(text)),
        Confirmed::Wrong => {
            let text = Way::of(method).wrong.to_owned();
            (StatusCode::UNPROCESSABLE_ENTITY, String::new(), Some(text))
        }
    };
    let methods = web.gate.read(&who.caller, Methods).await?;
    page_with(status, &view(&web, who, &methods, method, next, prompt, problem))
}

fn next_of(posted: &Posted) -> String {
    next_path::safe(&posted.fields.text("next"))
        .unwrap_or("/")
        .to_owned()
}

fn view(
    web: &Web,
    who: &SignedIn,
    methods: &OwnMethods,
    method: FactorKind,
    next: String,
    prompt: String,
    problem: Option<String>,
) -> ConfirmPage {
    let mut way = Way::of(method).long(&methods.code_lengths);
    let mut options = None;
    match method {
        FactorKind::WebAuthn if !prompt.is_empty() => options = Some(prompt),
        FactorKind::Radius if !prompt.is_empty() => way = Prompt::read(&prompt).ask(way),
        _ => {}
    }
    ConfirmPage {
        front: Front::of_anybody(web),
        csrf: who.csrf.clone(),
        username: who.me.username.clone(),
        next,
        others: methods
            .kinds
            .iter()
            .rev()
            .filter(|other| {
                **other != method
                    || (method == FactorKind::WebAuthn && options.is_none())
                    || method == FactorKind::Phone
            })
            .map(|other| Way::of(*other))
            .collect(),
        way,
        options,
        problem,
    }
}
