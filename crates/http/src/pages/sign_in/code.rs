use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use portcullis_model::FactorKind;
use portcullis_ops::OpError;
use portcullis_ops::sign_in::{ChooseMethod, FactorStep, LoginStep, LoginView, ProveFactor};

use super::password::find;
use super::way::Way;
use super::{NextQuery, locked, next_of, start_over, with_next};
use crate::answer::{Answer, page, page_with, redirect};
use crate::cookies::WithCookies;
use crate::form::Fields;
use crate::session::Visitor;
use crate::shell::Front;
use crate::{Web, moment};

#[derive(Template)]
#[template(path = "sign_in/code.html")]
struct CodePage {
    front: Front,
    username: String,
    next: String,
    way: Way,
    /// How many tries are left after a wrong answer.
    wrong: Option<u32>,
    seconds_left: u64,
    left: String,
    others: Vec<Way>,
}

pub(super) async fn show(State(web): State<Web>, visitor: Visitor, Query(query): Query<NextQuery>) -> Answer {
    let next = query.next();
    let Some(login) = find(&web, &visitor).await? else {
        return Ok(start_over("timeout", "", next));
    };
    match login.step {
        LoginStep::Password => Ok(redirect(&with_next("/sign-in/password", next))),
        LoginStep::Factor => page(&view(&web, login, next.to_owned(), None)),
        LoginStep::Enrol => Ok(redirect("/setup/authenticator")),
    }
}

pub(super) async fn prove(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let (next, username) = (next_of(&fields), fields.text("username"));
    let Some(token) = visitor.login.clone() else {
        return Ok(start_over("timeout", &username, &next));
    };
    let operation = ProveFactor {
        token,
        code: fields.secret("code"),
    };
    match web.gate.remote(&visitor.caller, operation).await {
        Ok(FactorStep::Passed {
            session_token,
            method,
            codes_left,
        }) => Ok(onward(method, codes_left, &next).begin_session(&session_token)),
        Ok(FactorStep::Wrong { tries_left }) => wrong(&web, &visitor, tries_left, username, next).await,
        Ok(FactorStep::TooManyFailures) => Ok(start_over("too-many", &username, &next)),
        Ok(FactorStep::TimedOut) | Err(OpError::Expired) => Ok(start_over("timeout", &username, &next)),
        Ok(FactorStep::Locked { retry_after }) | Err(OpError::TooMany { retry_after }) => {
            locked(&web, retry_after, username, next)
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn choose(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let next = next_of(&fields);
    let Some(token) = visitor.login.clone() else {
        return Ok(start_over("timeout", "", &next));
    };
    let operation = ChooseMethod {
        token,
        method: fields.parse("method")?,
    };
    match web.gate.write(&visitor.caller, operation).await {
        Ok(()) => Ok(redirect(&with_next("/sign-in/code", &next))),
        Err(OpError::Expired) => Ok(start_over("timeout", "", &next)),
        Err(error) => Err(error.into()),
    }
}

async fn wrong(web: &Web, visitor: &Visitor, tries_left: u32, username: String, next: String) -> Answer {
    let Some(login) = find(web, visitor).await? else {
        return Ok(start_over("timeout", &username, &next));
    };
    page_with(
        StatusCode::UNPROCESSABLE_ENTITY,
        &view(web, login, next, Some(tries_left)),
    )
}

fn view(web: &Web, login: LoginView, next: String, wrong: Option<u32>) -> CodePage {
    let method = login.method.unwrap_or(FactorKind::Totp);
    CodePage {
        front: Front::new(web),
        username: login.username,
        next,
        way: Way::of(method),
        wrong,
        seconds_left: login.seconds_left,
        left: moment::clock(login.seconds_left),
        others: login
            .methods
            .into_iter()
            .rev()
            .filter(|other| *other != method)
            .map(Way::of)
            .collect(),
    }
}

/// Where the person goes after signing in. Who is about to run out of backup codes goes to the page that makes new ones.
fn onward(method: FactorKind, codes_left: Option<usize>, next: &str) -> Response {
    match (method, codes_left) {
        (FactorKind::BackupCode, Some(0)) => redirect("/me/security?notice=last-backup-code"),
        (FactorKind::BackupCode, Some(left @ 1..=3)) => {
            redirect(&format!("/me/security?notice=backup-codes-left&n={left}"))
        }
        _ if next.is_empty() => redirect("/"),
        _ => redirect(next),
    }
}
