//! Setting up a person: code, who they are, authenticator app, backup codes.

mod authenticator;
mod person;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use portcullis_ops::OpError;
use portcullis_ops::setup::{Inspect, Needed};

use crate::Web;
use crate::answer::{Answer, page, page_with};
use crate::form::{Fields, checked};
use crate::moment;
use crate::notice::NoticeQuery;
use crate::session::Visitor;
use crate::shell::Front;

pub(crate) fn router() -> Router<Web> {
    Router::new()
        .route("/setup", get(show).post(inspect))
        .route("/setup/person", get(person::show).post(person::claim))
        .route(
            "/setup/authenticator",
            get(authenticator::show).post(authenticator::confirm),
        )
        .layer(DefaultBodyLimit::max(64 * 1024))
}

#[derive(Template)]
#[template(path = "setup/code.html")]
struct CodePage {
    front: Front,
    first: bool,
    problem: Option<String>,
}

async fn show(State(web): State<Web>, visitor: Visitor, Query(notice): Query<NoticeQuery>) -> Answer {
    let first = web.gate.read(&visitor.caller, Needed).await?;
    page(&CodePage {
        front: Front::new(&web).with(&notice),
        first,
        problem: None,
    })
}

/// The code never stands in an address: the next page is the answer to this form and carries it hidden.
async fn inspect(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let code = fields.secret("code");
    let (status, problem) = match checked(
        web.gate
            .read(&visitor.caller, Inspect { code: code.clone() })
            .await,
    ) {
        Ok(Ok(invited)) => return person::begin(&web, code, invited),
        Ok(Err(_)) => (StatusCode::UNPROCESSABLE_ENTITY, wrong_code()),
        Err(problem) => match (problem.status, problem.retry_after) {
            (StatusCode::NOT_FOUND, _) => (StatusCode::UNPROCESSABLE_ENTITY, wrong_code()),
            (status, Some(span)) => {
                let wait = moment::clock(span.as_secs().max(1));
                (
                    status,
                    format!("Too many attempts. Try again in {wait}, or ask an administrator."),
                )
            }
            _ => return Err(problem.into()),
        },
    };
    let first = web.gate.read(&visitor.caller, Needed).await?;
    page_with(
        status,
        &CodePage {
            front: Front::new(&web),
            first,
            problem: Some(problem),
        },
    )
}

fn wrong_code() -> String {
    "That set-up code isn't valid, was already used, or is too old.".to_owned()
}

/// Tells apart what ends a set-up from what is a fault.
fn is_over(error: &OpError) -> bool {
    matches!(error, OpError::Expired | OpError::NotFound)
}
