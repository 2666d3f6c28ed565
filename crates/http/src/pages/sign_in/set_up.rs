//! Setting up a second step before the first page of the console, because the policy asks for it.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use portcullis_model::FactorKind;
use portcullis_ops::OpError;
use portcullis_ops::sign_in::{
    BeginSetUp, CallSetUp, ConfirmSetUp, LoginStep, LoginView, SetUp, SetUpStep, ShowSetUp, SkipSetUp,
};

use super::password::find;
use super::way::Way;
use super::{NextQuery, next_of, start_over, with_next};
use crate::Web;
use crate::answer::{Answer, page, page_with, redirect};
use crate::cookies::WithCookies;
use crate::form::{Errors, Fields};
use crate::pages::backup_codes::BackupCodesPage;
use crate::pages::enrolment::{Enrolment, EnrolmentPage, Wrong};
use crate::pages::phone::{CallPage, NumberPage};
use crate::session::Visitor;
use crate::shell::Front;

#[derive(Template)]
#[template(path = "sign_in/set_up.html")]
struct SetUpPage {
    front: Front,
    username: String,
    next: String,
    ways: Vec<Way>,
    may_skip: bool,
}

pub(super) async fn show(State(web): State<Web>, visitor: Visitor, Query(query): Query<NextQuery>) -> Answer {
    let next = query.next();
    let Some(login) = waiting(&web, &visitor).await? else {
        return Ok(start_over("expired", "", next));
    };
    page(&SetUpPage {
        front: Front::new(&web),
        username: login.username,
        next: next.to_owned(),
        ways: login.to_set_up.into_iter().rev().map(Way::of).collect(),
        may_skip: login.may_skip,
    })
}

pub(super) async fn begin(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let next = next_of(&fields);
    let method = fields.parse::<FactorKind>("method")?;
    let number = fields.text("details");
    if method == FactorKind::Phone && !fields.has("details") {
        return page(&number_page(&web, &next, number, Errors::default()));
    }
    let operation = BeginSetUp {
        token: visitor.login()?,
        method,
        details: number.clone(),
    };
    match web.gate.write(&visitor.caller, operation).await {
        Ok(()) if method == FactorKind::Phone => call_now(&web, &visitor, &next).await,
        Err(OpError::Invalid(errors)) => page_with(
            StatusCode::UNPROCESSABLE_ENTITY,
            &number_page(&web, &next, number, Errors(errors)),
        ),
        Ok(()) => Ok(redirect(&with_next("/sign-in/set-up/confirm", &next))),
        Err(OpError::Expired) => Ok(start_over("expired", "", &next)),
        Err(error) => Err(error.into()),
    }
}

/// Calls the number that was begun with.
pub(super) async fn call(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    call_now(&web, &visitor, &next_of(&fields)).await
}

async fn call_now(web: &Web, visitor: &Visitor, next: &str) -> Answer {
    let operation = CallSetUp {
        token: visitor.login()?,
    };
    match web.gate.write(&visitor.caller, operation).await {
        Ok(()) => Ok(redirect(&with_next(CONFIRM, next))),
        Err(OpError::Expired) => Ok(start_over("expired", "", next)),
        Err(error) => Err(error.into()),
    }
}

fn number_page(web: &Web, next: &str, number: String, errors: Errors) -> NumberPage {
    NumberPage {
        front: Front::new(web),
        csrf: String::new(),
        next: next.to_owned(),
        errors,
        number,
        action: "/sign-in/set-up",
        back: "/sign-in/set-up",
    }
}

fn call_page(web: &Web, set_up: &SetUp, next: &str) -> CallPage {
    let paths = (CONFIRM, "/sign-in/set-up/call", "/sign-in/set-up");
    CallPage::of_number(Front::new(web), set_up.call.clone(), paths).with("", next)
}

const CONFIRM: &str = "/sign-in/set-up/confirm";

pub(super) async fn pending(
    State(web): State<Web>,
    visitor: Visitor,
    Query(query): Query<NextQuery>,
) -> Answer {
    match shown(&web, &visitor).await? {
        Some(set_up) if set_up.method == FactorKind::Phone => page(&call_page(&web, &set_up, query.next())),
        Some(set_up) => page(&view(&web, &set_up, query.next(), "", Errors::default(), None)?),
        None => Ok(redirect(&with_next("/sign-in/set-up", query.next()))),
    }
}

pub(super) async fn confirm(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let (next, name) = (next_of(&fields), fields.text("name"));
    let Some(set_up) = shown(&web, &visitor).await? else {
        return Ok(start_over("expired", "", &next));
    };
    let operation = ConfirmSetUp {
        token: visitor.login()?,
        code: fields.secret("code"),
        name: name.clone(),
    };
    let (errors, wrong) = match web.gate.remote(&visitor.caller, operation).await {
        Ok(SetUpStep::Done {
            session_token,
            browser_token,
            backup_codes,
        }) => {
            if backup_codes.is_empty() {
                return Ok(onward(&next).begin_session(&session_token, &browser_token));
            }
            let codes = BackupCodesPage::new(&web, backup_codes, set_up.username, "/", false);
            return Ok(page(&codes)?.begin_session(&session_token, &browser_token));
        }
        Ok(SetUpStep::Wrong {
            tries_left,
            clock_minutes_off,
        }) => (
            Errors::default(),
            Some(Wrong {
                tries_left: Some(tries_left),
                clock_minutes_off,
            }),
        ),
        Ok(SetUpStep::TooMany) => return Ok(start_over("too-many", "", &next)),
        Err(OpError::Expired) => return Ok(start_over("expired", "", &next)),
        Err(OpError::Invalid(errors)) => (Errors(errors), None),
        Err(error) => return Err(error.into()),
    };
    if set_up.method == FactorKind::Phone {
        return Ok(redirect(&with_next(CONFIRM, &next)));
    }
    let shown = view(&web, &set_up, &next, &name, errors, wrong)?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

pub(super) async fn skip(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let next = next_of(&fields);
    let operation = SkipSetUp {
        token: visitor.login()?,
    };
    match web.gate.write(&visitor.caller, operation).await {
        Ok(opened) => Ok(onward(&next).begin_session(&opened.session_token, &opened.browser_token)),
        Err(OpError::Expired) => Ok(start_over("expired", "", &next)),
        Err(error) => Err(error.into()),
    }
}

fn onward(next: &str) -> Response {
    redirect(if next.is_empty() { "/" } else { next })
}

async fn waiting(web: &Web, visitor: &Visitor) -> Answer<Option<LoginView>> {
    Ok(find(web, visitor)
        .await?
        .filter(|login| login.step == LoginStep::SetUp))
}

async fn shown(web: &Web, visitor: &Visitor) -> Answer<Option<SetUp>> {
    let Some(token) = visitor.login.clone() else {
        return Ok(None);
    };
    match web.gate.read(&visitor.caller, ShowSetUp { token }).await {
        Ok(set_up) => Ok(Some(set_up)),
        Err(OpError::Expired | OpError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn view(
    web: &Web,
    set_up: &SetUp,
    next: &str,
    name: &str,
    errors: Errors,
    wrong: Option<Wrong>,
) -> Answer<EnrolmentPage> {
    Ok(EnrolmentPage {
        front: Front::new(web),
        enrolment: Enrolment::of(set_up.method, &set_up.shown, &set_up.username)?,
        action: "/sign-in/set-up/confirm",
        back: "/sign-in/set-up",
        csrf: String::new(),
        next: next.to_owned(),
        name: name.to_owned(),
        errors,
        wrong,
    })
}
