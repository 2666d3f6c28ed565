use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use portcullis_model::AppCodes;
use portcullis_ops::OpError;
use portcullis_ops::setup::{Confirm, Confirmation, Pending, PendingEnrolment};

use crate::Web;
use crate::answer::{Answer, Problem, page, page_with, redirect};
use crate::cookies::{self, WithCookies};
use crate::form::{Errors, Fields};
use crate::pages::backup_codes::BackupCodesPage;
use crate::pages::enrolment::{Qr, Wrong, grouped};
use crate::session::Visitor;
use crate::shell::Front;

#[derive(Template)]
#[template(path = "setup/authenticator.html")]
struct AuthenticatorPage {
    front: Front,
    errors: Errors,
    wrong: Option<Wrong>,
    username: String,
    name: String,
    key: String,
    uri: String,
    app: AppCodes,
    qr: Qr,
}

pub(super) async fn show(State(web): State<Web>, visitor: Visitor) -> Answer {
    let Some(pending) = find(&web, &visitor).await? else {
        return Ok(over("setup-expired"));
    };
    page(&view(
        &web,
        &pending,
        "Phone".to_owned(),
        Errors::default(),
        None,
    )?)
}

pub(super) async fn confirm(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let Some(pending) = find(&web, &visitor).await? else {
        return Ok(over("timeout"));
    };
    let name = fields.text("name");
    let operation = Confirm {
        token: visitor.login()?,
        code: fields.secret("code"),
        name: name.clone(),
    };
    let (errors, wrong) = match web.gate.remote(&visitor.caller, operation).await {
        Ok(Confirmation::Confirmed {
            session_token,
            browser_token,
            backup_codes,
        }) => {
            let shown = BackupCodesPage::new(&web, backup_codes, pending.username, "/", true);
            return Ok(page(&shown)?.begin_session(&session_token, &browser_token));
        }
        Ok(Confirmation::Wrong {
            tries_left,
            clock_minutes_off,
        }) => (
            Errors::default(),
            Some(Wrong {
                tries_left: Some(tries_left),
                clock_minutes_off,
            }),
        ),
        Ok(Confirmation::TooMany) => return Ok(over("too-many")),
        Ok(Confirmation::TimedOut) | Err(OpError::Expired) => return Ok(over("timeout")),
        Err(OpError::Invalid(errors)) => (Errors(errors), None),
        Err(error) => return Err(error.into()),
    };
    page_with(
        StatusCode::UNPROCESSABLE_ENTITY,
        &view(&web, &pending, name, errors, wrong)?,
    )
}

async fn find(web: &Web, visitor: &Visitor) -> Answer<Option<PendingEnrolment>> {
    let Some(token) = visitor.login.clone() else {
        return Ok(None);
    };
    match web.gate.read(&visitor.caller, Pending { token }).await {
        Ok(pending) => Ok(Some(pending)),
        Err(OpError::Expired | OpError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn over(notice: &str) -> Response {
    let page = if notice == "setup-expired" {
        "/setup"
    } else {
        "/sign-in"
    };
    redirect(&format!("{page}?notice={notice}")).end(cookies::LOGIN)
}

fn view(
    web: &Web,
    pending: &PendingEnrolment,
    name: String,
    errors: Errors,
    wrong: Option<Wrong>,
) -> Result<AuthenticatorPage, Problem> {
    Ok(AuthenticatorPage {
        front: Front::new(web),
        errors,
        wrong,
        username: pending.username.clone(),
        name,
        key: grouped(&pending.key),
        uri: pending.uri.expose().to_owned(),
        app: pending.app,
        qr: Qr::of(&pending.uri).ok_or_else(|| Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR))?,
    })
}
