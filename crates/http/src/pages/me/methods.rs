//! A person's own second steps: add, rename, remove; and where their codes go.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use portcullis_model::{EmailChoice, FactorId, FactorKind};
use portcullis_ops::OpError;
use portcullis_ops::factors::{
    Begin, Call, Confirm, Confirmation, Pending, PendingFactor, Remove, Rename, SwitchOn,
};
use portcullis_ops::users::SetMyEmails;

use super::security;
use crate::Web;
use crate::answer::{Answer, page, page_with, redirect};
use crate::form::{Errors, Posted, checked};
use crate::pages::backup_codes::BackupCodesPage;
use crate::pages::enrolment::{Enrolment, EnrolmentPage, Wrong};
use crate::pages::phone::{CallPage, NumberPage};
use crate::session::SignedIn;
use crate::shell::Front;

const ADD: &str = "/me/security/add";

/// Where a person comes back to after confirming that it is them.
const CONFIRM: &str = "/me/confirm?next=/me/security";

pub(super) async fn begin(State(web): State<Web>, posted: Posted) -> Answer {
    let method = posted.fields.parse::<FactorKind>("method")?;
    let number = posted.fields.text("details");
    if method == FactorKind::Phone && !posted.fields.has("details") {
        return page(&number_page(&web, &posted, number, Errors::default()));
    }
    let begin = Begin {
        method,
        details: number.clone(),
    };
    match web.gate.write(&posted.who.caller, begin).await {
        Ok(()) if method == FactorKind::Phone => call_now(&web, &posted).await,
        Err(OpError::Invalid(errors)) => page_with(
            StatusCode::UNPROCESSABLE_ENTITY,
            &number_page(&web, &posted, number, Errors(errors)),
        ),
        Ok(()) => Ok(redirect("/me/security/add")),
        Err(OpError::StepUp) => Ok(redirect(CONFIRM)),
        Err(error) => Err(error.into()),
    }
}

/// Calls the number that was begun with.
pub(super) async fn call(State(web): State<Web>, posted: Posted) -> Answer {
    call_now(&web, &posted).await
}

async fn call_now(web: &Web, posted: &Posted) -> Answer {
    match web.gate.write(&posted.who.caller, Call).await {
        Ok(()) => Ok(redirect(ADD)),
        Err(OpError::StepUp) => Ok(redirect(CONFIRM)),
        Err(OpError::Expired) => Ok(redirect("/me/security?notice=method-expired")),
        Err(error) => Err(error.into()),
    }
}

fn number_page(web: &Web, posted: &Posted, number: String, errors: Errors) -> NumberPage {
    NumberPage {
        front: Front::of_anybody(web),
        csrf: posted.who.csrf.clone(),
        next: String::new(),
        errors,
        number,
        action: ADD,
        back: "/me/security",
    }
}

pub(super) async fn pending(State(web): State<Web>, who: SignedIn) -> Answer {
    match web.gate.read(&who.caller, Pending).await {
        Ok(pending) if pending.method == FactorKind::Phone => {
            let paths = (
                "/me/security/add/confirm",
                "/me/security/add/call",
                "/me/security",
            );
            page(&CallPage::of_number(Front::of_anybody(&web), pending.call, paths).with(&who.csrf, ""))
        }
        Ok(pending) => page(&view(&web, &who, &pending, "", Errors::default(), None)?),
        Err(OpError::StepUp) => Ok(redirect(CONFIRM)),
        Err(OpError::Expired | OpError::NotFound) => Ok(redirect("/me/security")),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn confirm(State(web): State<Web>, posted: Posted) -> Answer {
    let who = &posted.who;
    let name = posted.fields.text("name");
    let operation = Confirm {
        code: posted.fields.secret("code"),
        name: name.clone(),
    };
    let (errors, wrong) = match web.gate.remote(&who.caller, operation).await {
        Ok(Confirmation::Done { backup_codes, .. }) => {
            if backup_codes.is_empty() {
                return Ok(redirect("/me/security?notice=method-added"));
            }
            let username = who.me.username.clone();
            return page(&BackupCodesPage::new(
                &web,
                backup_codes,
                username,
                "/me/security",
                false,
            ));
        }
        Ok(Confirmation::Wrong { clock_minutes_off }) => (
            Errors::default(),
            Some(Wrong {
                tries_left: None,
                clock_minutes_off,
            }),
        ),
        Err(OpError::StepUp) => return Ok(redirect(CONFIRM)),
        Err(OpError::Expired) => return Ok(redirect("/me/security?notice=method-expired")),
        Err(OpError::Invalid(errors)) => (Errors(errors), None),
        Err(error) => return Err(error.into()),
    };
    let pending = web.gate.read(&who.caller, Pending).await?;
    if pending.method == FactorKind::Phone {
        return Ok(redirect(ADD));
    }
    let shown = view(&web, who, &pending, &name, errors, wrong)?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

pub(super) async fn rename(State(web): State<Web>, Path(id): Path<FactorId>, posted: Posted) -> Answer {
    let name = posted.fields.text("name");
    let result = web.gate.write(&posted.who.caller, Rename { id, name }).await;
    match checked(result)? {
        Ok(()) => Ok(redirect("/me/security?notice=method-renamed")),
        Err(errors) => security::again(&web, &posted.who, errors).await,
    }
}

pub(super) async fn remove(State(web): State<Web>, Path(id): Path<FactorId>, posted: Posted) -> Answer {
    match web.gate.write(&posted.who.caller, Remove { id }).await {
        Ok(()) => Ok(redirect("/me/security?notice=method-removed")),
        Err(OpError::StepUp) => Ok(redirect(CONFIRM)),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn switch_on(State(web): State<Web>, posted: Posted) -> Answer {
    let method = posted.fields.parse::<FactorKind>("method")?;
    match web.gate.write(&posted.who.caller, SwitchOn { method }).await {
        Ok(()) => Ok(redirect("/me/security?notice=switched-on")),
        Err(OpError::StepUp) => Ok(redirect(CONFIRM)),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn emails(State(web): State<Web>, posted: Posted) -> Answer {
    let fields = &posted.fields;
    let operation = SetMyEmails {
        email: fields.text("email"),
        email2: fields.text("email2"),
        choice: fields.parse::<EmailChoice>("email_choice")?,
    };
    match web.gate.write(&posted.who.caller, operation).await {
        Err(OpError::StepUp) => Ok(redirect(CONFIRM)),
        result => match checked(result)? {
            Ok(()) => Ok(redirect("/me/security?notice=emails-saved")),
            Err(errors) => security::again(&web, &posted.who, errors).await,
        },
    }
}

fn view(
    web: &Web,
    who: &SignedIn,
    pending: &PendingFactor,
    name: &str,
    errors: Errors,
    wrong: Option<Wrong>,
) -> Answer<EnrolmentPage> {
    Ok(EnrolmentPage {
        front: Front::of_anybody(web),
        enrolment: Enrolment::of(pending.method, &pending.shown, &pending.username)?,
        action: "/me/security/add/confirm",
        back: "/me/security",
        csrf: who.csrf.clone(),
        next: String::new(),
        name: name.to_owned(),
        errors,
        wrong,
    })
}
