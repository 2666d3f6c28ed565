//! What a change of the policy has reported so far, before it is applied or discarded.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use portcullis_ops::mfa_policy::{ApplyReport, FindReport, ReportRow, ReportView};
use uuid::Uuid;

use super::HERE;
use crate::Web;
use crate::answer::{Answer, page_with, redirect};
use crate::form::{Errors, Posted, checked_on};
use crate::moment::Moment;
use crate::notice::NoticeQuery;
use crate::session::SignedIn;
use crate::shell::Shell;

#[derive(Template)]
#[template(path = "admin/mfa/report.html")]
struct ReportPage {
    shell: Shell,
    errors: Errors,
    view: ReportView,
    ends: Moment,
    rows: Vec<Row>,
}

struct Row {
    met: ReportRow,
    at: Moment,
    label: &'static str,
    tone: &'static str,
}

pub(super) async fn show(
    State(web): State<Web>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    Query(notice): Query<NoticeQuery>,
) -> Answer {
    let mut shown = look(&web, &who, id).await?;
    shown.shell = shown.shell.with(&notice);
    page_with(StatusCode::OK, &shown)
}

async fn look(web: &Web, who: &SignedIn, id: Uuid) -> Answer<ReportPage> {
    let mut view = web.gate.read(&who.caller, FindReport { id }).await?;
    let now = web.gate.now();
    let rows = std::mem::take(&mut view.rows).into_iter().map(|met| {
        let (label, tone) = match met.effect.as_str() {
            "blocked" => ("Blocked", "bad"),
            "weaker" => ("Weaker", "warn"),
            _ => ("Asked for something else", "ok"),
        };
        Row {
            at: Moment::new(met.at, now),
            label,
            tone,
            met,
        }
    });
    Ok(ReportPage {
        shell: Shell::new(web, who, HERE),
        errors: Errors::default(),
        ends: Moment::new(view.ends_at, now),
        rows: rows.collect(),
        view,
    })
}

pub(super) async fn apply(State(web): State<Web>, Path(id): Path<Uuid>, posted: Posted) -> Answer {
    let version = posted.fields.parse("version")?;
    let result = web
        .gate
        .write(&posted.who.caller, ApplyReport { id, version })
        .await;
    match checked_on(&format!("{HERE}/reports/{id}"), result)? {
        Ok(()) => Ok(redirect("/admin/mfa?notice=policy-applied")),
        Err(errors) => {
            let shown = ReportPage {
                errors,
                ..look(&web, &posted.who, id).await?
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}
