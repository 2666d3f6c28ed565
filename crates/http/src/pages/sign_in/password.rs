use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use portcullis_ops::OpError;
use portcullis_ops::mfa_policy::Blocked;
use portcullis_ops::sign_in::{Find, LoginStep, LoginView, PasswordStep, ProvePassword};

use super::code::ask;
use super::{NextQuery, locked, next_of, recovery, start_over, with_next};
use crate::Web;
use crate::answer::{Answer, page, page_with, redirect};
use crate::cookies::WithCookies;
use crate::form::Fields;
use crate::session::Visitor;
use crate::shell::Front;

#[derive(Template)]
#[template(path = "sign_in/password.html")]
struct PasswordPage {
    front: Front,
    username: String,
    next: String,
    problem: Option<&'static str>,
}

pub(super) async fn show(State(web): State<Web>, visitor: Visitor, Query(query): Query<NextQuery>) -> Answer {
    let next = query.next();
    let Some(login) = find(&web, &visitor).await? else {
        return Ok(start_over("expired", "", next));
    };
    match login.step {
        LoginStep::Password => page(&PasswordPage {
            front: Front::new(&web),
            username: login.username,
            next: next.to_owned(),
            problem: None,
        }),
        LoginStep::Factor => Ok(redirect(&with_next("/sign-in/code", next))),
        LoginStep::Reported => Ok(start_over("not-you", "", next)),
        LoginStep::Recovery => Ok(redirect(&with_next(recovery::HERE, next))),
        LoginStep::SetUp => Ok(redirect(&with_next("/sign-in/set-up", next))),
        LoginStep::Enrol => Ok(redirect("/setup/authenticator")),
    }
}

pub(super) async fn prove(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let (next, username) = (next_of(&fields), fields.text("username"));
    let Some(token) = visitor.login.clone() else {
        return Ok(start_over("expired", "", &next));
    };
    let operation = ProvePassword {
        token,
        password: fields.secret("password"),
    };
    match web.gate.remote(&visitor.caller, operation).await {
        Ok(PasswordStep::Passed { login_token }) => {
            let onward = ask(&web, &visitor, login_token.clone(), &next).await?;
            Ok(onward.begin_login(&login_token))
        }
        Ok(PasswordStep::Remembered(opened)) => {
            let onward = redirect(if next.is_empty() { "/" } else { &next });
            Ok(onward.begin_session(&opened.session_token, &opened.browser_token))
        }
        Ok(PasswordStep::Blocked { login_token, why }) => {
            let here = match why {
                Blocked::SwitchedOff => format!("{}?notice=switched-off", recovery::HERE),
                Blocked::Reported => format!("{}?notice=phone-off", recovery::HERE),
                _ => recovery::HERE.to_owned(),
            };
            Ok(redirect(&with_next(&here, &next)).begin_login(&login_token))
        }
        Ok(PasswordStep::Wrong) => {
            let username = find(&web, &visitor)
                .await?
                .map_or(username, |login| login.username);
            let problem = Some("Username or password is incorrect.");
            let shown = PasswordPage {
                front: Front::new(&web),
                username,
                next,
                problem,
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
        Ok(PasswordStep::Locked { retry_after }) | Err(OpError::TooMany { retry_after }) => {
            locked(&web, &visitor, retry_after, username, next).await
        }
        Ok(PasswordStep::TimedOut) | Err(OpError::Expired) => Ok(start_over("expired", &username, &next)),
        Err(error) => Err(error.into()),
    }
}

/// The unfinished sign-in, unless there is none or it is over.
pub(super) async fn find(web: &Web, visitor: &Visitor) -> Answer<Option<LoginView>> {
    let Some(token) = visitor.login.clone() else {
        return Ok(None);
    };
    match web.gate.read(&visitor.caller, Find { token }).await {
        Ok(login) => Ok(Some(login)),
        Err(OpError::Expired | OpError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
