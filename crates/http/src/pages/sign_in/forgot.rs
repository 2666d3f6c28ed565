//! A forgotten password: a link by e-mail, and a new password that counts after the second step.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use portcullis_model::{Causes, Secret};
use portcullis_ops::OpError;
use portcullis_ops::sign_in::{ForgotPassword, RedeemReset};
use serde::Deserialize;
use tokio::sync::Semaphore;

use super::code::ask;
use super::start_over;
use crate::Web;
use crate::answer::{Answer, page, page_with, redirect};
use crate::cookies::WithCookies;
use crate::form::{Errors, Fields, checked};
use crate::session::Visitor;
use crate::shell::Front;

#[derive(Template)]
#[template(path = "sign_in/forgot.html")]
struct ForgotPage {
    front: Front,
    errors: Errors,
}

#[derive(Template)]
#[template(path = "sign_in/reset.html")]
struct ResetPage {
    front: Front,
    errors: Errors,
    token: Secret,
}

/// How many requests are looked after at once.
static AT_ONCE: Semaphore = Semaphore::const_new(16);

const SENT: &str = "/sign-in?notice=reset-sent";

#[derive(Deserialize)]
pub(super) struct ResetQuery {
    #[serde(default)]
    token: String,
}

pub(super) async fn show(State(web): State<Web>) -> Answer {
    page(&ForgotPage {
        front: Front::new(&web),
        errors: Errors::default(),
    })
}

/// Answers at once and the same to everybody; what is to be done is done afterwards.
pub(super) async fn send(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let operation = ForgotPassword {
        username: fields.text("username"),
        email: fields.text("email"),
    };
    // Whoever floods this page is forgotten; nobody could tell the difference.
    let Ok(turn) = AT_ONCE.try_acquire() else {
        return Ok(redirect(SENT));
    };
    tokio::spawn(async move {
        let _turn = turn;
        if let Err(error) = web.gate.write(&visitor.caller, operation).await {
            tracing::warn!(error = %Causes(&error), "a forgotten password could not be looked after");
        }
    });
    Ok(redirect(SENT))
}

/// Looks at nothing: a scanner of mail that opens links must not use one up.
pub(super) async fn choose(State(web): State<Web>, Query(query): Query<ResetQuery>) -> Answer {
    page(&ResetPage {
        front: Front::new(&web),
        errors: Errors::default(),
        token: Secret::new(query.token),
    })
}

pub(super) async fn redeem(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let token = fields.secret("token");
    let operation = RedeemReset {
        token: token.clone(),
        password: fields.secret("password"),
        agent: visitor.agent.clone(),
        browser: visitor.browser.clone(),
    };
    let result = web.gate.remote(&visitor.caller, operation).await;
    if let Err(OpError::Expired) = result {
        return Ok(start_over("reset-expired", "", ""));
    }
    match checked(result)? {
        Ok(login_token) => {
            let onward = ask(&web, &visitor, login_token.clone(), "").await?;
            Ok(onward.begin_login(&login_token))
        }
        Err(errors) => page_with(
            StatusCode::UNPROCESSABLE_ENTITY,
            &ResetPage {
                front: Front::new(&web),
                errors,
                token,
            },
        ),
    }
}
