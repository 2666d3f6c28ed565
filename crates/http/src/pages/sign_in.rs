//! Signing in: user name, password, second step.

mod call;
mod code;
mod forgot;
mod passkey;
mod password;
mod recovery;
mod set_up;
mod way;

pub(crate) use code::Prompt;
pub(crate) use way::Way;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use portcullis_model::Username;
use portcullis_ops::sign_in::{Begin, Cancel, Inspect, SignOut};
use portcullis_ops::{OpError, setup};
use serde::Deserialize;
use std::time::Duration;

use crate::answer::{Answer, page, page_with, redirect};
use crate::cookies::{self, WithCookies};
use crate::form::{Errors, Fields, Posted, checked};
use crate::notice::NoticeQuery;
use crate::session::Visitor;
use crate::shell::Front;
use crate::{Web, moment, next_path};

pub(crate) fn router() -> Router<Web> {
    Router::new()
        .route("/sign-in", get(show).post(begin))
        .route("/sign-in/passkey", post(passkey::prove))
        .route("/sign-in/passkey/options", post(passkey::offer))
        .route("/sign-in/password", get(password::show).post(password::prove))
        .route("/sign-in/code", get(code::show).post(code::prove))
        .route("/sign-in/call", get(call::show).post(call::again))
        .route("/sign-in/method", post(code::choose))
        .route("/sign-in/forgot", get(forgot::show).post(forgot::send))
        .route("/sign-in/recovery", get(recovery::show).post(recovery::ask))
        .route("/sign-in/recovery/continue", post(recovery::go_on))
        .route("/sign-in/reset", get(forgot::choose).post(forgot::redeem))
        .route("/sign-in/more-time", post(code::more_time))
        .route("/sign-in/resend", post(code::resend))
        .route("/sign-in/set-up", get(set_up::show).post(set_up::begin))
        .route(
            "/sign-in/set-up/confirm",
            get(set_up::pending).post(set_up::confirm),
        )
        .route("/sign-in/set-up/call", post(set_up::call))
        .route("/sign-in/set-up/skip", post(set_up::skip))
        .route("/sign-in/cancel", post(cancel))
        .route("/sign-out", post(sign_out))
        .layer(DefaultBodyLimit::max(64 * 1024))
}

#[derive(Template)]
#[template(path = "sign_in/username.html")]
struct UsernamePage {
    front: Front,
    errors: Errors,
    next: String,
    username: String,
    /// Whether a passkey can be both proofs.
    passkey: bool,
}

impl UsernamePage {
    async fn of(web: &Web, visitor: &Visitor, next: String, username: String) -> Answer<Self> {
        let entrance = web.gate.read(&visitor.caller, Inspect).await?;
        Ok(Self {
            front: Front::new(web),
            errors: Errors::default(),
            next,
            username,
            passkey: entrance.passkey,
        })
    }
}

/// Where the visitor wants to go afterwards.
#[derive(Deserialize)]
struct NextQuery {
    #[serde(default)]
    next: String,
    #[serde(default)]
    username: String,
    /// Whether the box to remember this browser was ticked before.
    #[serde(default)]
    remember: String,
}

impl NextQuery {
    fn next(&self) -> &str {
        next_path::safe(&self.next).unwrap_or_default()
    }

    /// Only what can be a user name is carried back, so that an address cannot put words into the form.
    fn username(&self) -> String {
        self.username
            .parse::<Username>()
            .map(|name| name.to_string())
            .unwrap_or_default()
    }
}

async fn show(
    State(web): State<Web>,
    visitor: Visitor,
    Query(query): Query<NextQuery>,
    Query(notice): Query<NoticeQuery>,
) -> Answer {
    if web.gate.read(&visitor.caller, setup::Needed).await? {
        return Ok(redirect("/setup"));
    }
    let mut shown = UsernamePage::of(&web, &visitor, query.next().to_owned(), query.username()).await?;
    shown.front = shown.front.with(&notice);
    page(&shown)
}

async fn begin(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let username = fields.text("username");
    let next = next_of(&fields);
    let operation = Begin {
        username: username.clone(),
        agent: visitor.agent.clone(),
        browser: visitor.browser.clone(),
    };
    match checked(web.gate.write(&visitor.caller, operation).await)? {
        Ok(token) => Ok(redirect(&with_next("/sign-in/password", &next)).begin_login(&token)),
        Err(errors) => {
            let shown = UsernamePage {
                errors,
                ..UsernamePage::of(&web, &visitor, next, username).await?
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

async fn cancel(State(web): State<Web>, visitor: Visitor) -> Answer {
    if let Some(token) = visitor.login.clone() {
        match web.gate.write(&visitor.caller, Cancel { token }).await {
            Ok(()) | Err(OpError::Expired | OpError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(redirect("/sign-in?notice=cancelled").end(cookies::LOGIN))
}

async fn sign_out(State(web): State<Web>, posted: Posted) -> Answer {
    web.gate.write(&posted.who.caller, SignOut).await?;
    Ok(redirect("/sign-in?notice=signed-out").end(cookies::SESSION))
}

/// The way back to the first page, with a notice; the user name is not to be typed again.
fn start_over(notice: &str, username: &str, next: &str) -> Response {
    let pairs: Vec<String> = [("notice", notice), ("username", username), ("next", next)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| format!("{key}={}", next_path::encode(value)))
        .collect();
    redirect(&format!("/sign-in?{}", pairs.join("&"))).end(cookies::LOGIN)
}

/// The first page again, for somebody who has tried too often.
async fn locked(
    web: &Web,
    visitor: &Visitor,
    retry_after: Duration,
    username: String,
    next: String,
) -> Answer {
    let seconds = retry_after.as_secs().max(1);
    let text = format!(
        "Too many attempts. Try again in {}, or ask an administrator.",
        moment::clock(seconds)
    );
    let mut shown = UsernamePage::of(web, visitor, next, username).await?;
    shown.front.notice = Some(crate::notice::Notice {
        tone: "bad",
        text,
        undo: None,
    });
    let mut response = page_with(StatusCode::TOO_MANY_REQUESTS, &shown)?.end(cookies::LOGIN);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    Ok(response)
}

fn next_of(fields: &Fields) -> String {
    next_path::safe(&fields.text("next"))
        .unwrap_or_default()
        .to_owned()
}

fn with_next(path: &str, next: &str) -> String {
    if next.is_empty() {
        return path.to_owned();
    }
    let sign = if path.contains('?') { '&' } else { '?' };
    format!("{path}{sign}next={}", next_path::encode(next))
}
