use axum::extract::{Path, State};
use axum::http::StatusCode;
use portcullis_model::Timestamp;
use portcullis_ops::OpError;
use portcullis_ops::mfa_policy::{Applied, Apply, ReportOnly, Undo};
use uuid::Uuid;

use super::change::{Wanted, carried};
use super::describe::describe;
use super::{HERE, preview};
use crate::Web;
use crate::answer::{Answer, page_with, redirect};
use crate::form::{Fields, Posted, checked_on, invalid};
use crate::next_path;
use crate::pages::audit::moment_of;

pub(super) async fn apply(State(web): State<Web>, posted: Posted) -> Answer {
    let fields = &posted.fields;
    let wanted = Wanted {
        change: carried(fields)?,
        overwritten: Vec::new(),
        back: next_path::safe(&fields.text("back")).unwrap_or(HERE).to_owned(),
    };
    if fields.text("when") == "report" {
        return match checked_on(&wanted.back, report(&web, &posted, &wanted).await)? {
            Ok(made) => Ok(redirect(&format!(
                "{HERE}/reports/{}?notice=policy-reports",
                made.id
            ))),
            Err(errors) => preview::again(&web, &posted.who, &wanted, fields.text("at"), errors).await,
        };
    }
    let result = make(&web, &posted, &wanted).await;
    match checked_on(&wanted.back, result)? {
        Ok(applied) => Ok(redirect(if applied.scheduled {
            "/admin/mfa?notice=policy-scheduled"
        } else {
            "/admin/mfa?notice=policy-applied"
        })),
        Err(errors) => preview::again(&web, &posted.who, &wanted, fields.text("at"), errors).await,
    }
}

async fn make(web: &Web, posted: &Posted, wanted: &Wanted) -> Result<Applied, OpError> {
    let operation = Apply {
        change: wanted.change.clone(),
        summary: describe(web, &posted.who, &wanted.change).await?,
        version: posted.fields.parse("version")?,
        at: when(&posted.fields, web.gate.now())?,
    };
    web.gate.write(&posted.who.caller, operation).await
}

/// Lets the change report what it would do.
async fn report(web: &Web, posted: &Posted, wanted: &Wanted) -> Result<Applied, OpError> {
    let operation = ReportOnly {
        change: wanted.change.clone(),
        summary: describe(web, &posted.who, &wanted.change).await?,
        version: posted.fields.parse("version")?,
        days: posted
            .fields
            .text("days")
            .trim()
            .parse()
            .map_err(|_| invalid("days", "must be between 1 and 30"))?,
    };
    web.gate.write(&posted.who.caller, operation).await
}

/// The moment that the change is scheduled for; none for now.
fn when(fields: &Fields, now: Timestamp) -> Result<Option<Timestamp>, OpError> {
    if fields.text("when") != "later" {
        return Ok(None);
    }
    match moment_of(&fields.text("at")) {
        Some(at) if now < at => Ok(Some(at)),
        _ => Err(invalid("at", "must be a date and a time in the future")),
    }
}

pub(super) async fn undo(State(web): State<Web>, Path(id): Path<Uuid>, posted: Posted) -> Answer {
    let result = web.gate.write(&posted.who.caller, Undo { id }).await;
    match checked_on(HERE, result)? {
        Ok(()) => Ok(redirect("/admin/mfa?notice=policy-undone")),
        Err(errors) => {
            let shown = super::MfaPage {
                errors,
                ..super::look(&web, &posted.who).await?
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}
