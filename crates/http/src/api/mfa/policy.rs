use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use portcullis_ops::mfa_policy::{
    Apply, ApplyReport, ChangeView, Effect, Find, FindReport, PolicyView, Preview as PreviewChange,
    PreviewRow, Previewed, ReportOnly, ReportRow, ReportView, Undo,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::requirement::{PolicyChange, SiteRules};
use crate::Web;
use crate::answer::Answer;
use crate::api::body::Body;
use crate::api::document::Problems;
use crate::form::invalid;
use crate::pages::audit::moment_of;
use crate::session::Program;

pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(find))
        .routes(routes!(preview))
        .routes(routes!(apply))
        .routes(routes!(undo))
        .routes(routes!(report_only))
        .routes(routes!(find_report))
        .routes(routes!(apply_report))
}

/// What holds for everybody, and what was changed lately.
#[derive(Serialize, ToSchema)]
struct MfaPolicy {
    site: SiteRules,
    /// Rises with every change.
    version: i64,
    /// The newest first.
    changes: Vec<MadeChange>,
}

/// A change of the policy that was made or is scheduled.
#[derive(Serialize, ToSchema)]
struct MadeChange {
    id: Uuid,
    version: i64,
    /// `applied`, `scheduled`, `cancelled` or `undone`; `reporting` or `reported` if it only reports what it would do.
    state: String,
    summary: String,
    /// RFC 3339, UTC.
    made_at: String,
    made_by: String,
    /// RFC 3339, UTC.
    applies_at: String,
    can_be_undone: bool,
}

impl From<ChangeView> for MadeChange {
    fn from(view: ChangeView) -> Self {
        Self {
            id: view.id,
            version: view.version,
            state: view.state,
            summary: view.summary,
            made_at: view.made_at.to_string(),
            made_by: view.made_by,
            applies_at: view.applies_at.to_string(),
            can_be_undone: view.can_be_undone,
        }
    }
}

impl From<PolicyView> for MfaPolicy {
    fn from(view: PolicyView) -> Self {
        Self {
            site: view.site.into(),
            version: view.version,
            changes: view.changes.into_iter().map(MadeChange::from).collect(),
        }
    }
}

/// Whom a change would touch and how.
#[derive(Serialize, ToSchema)]
struct Preview {
    /// What was looked at; send it when you apply the change.
    version: i64,
    counts: Counts,
    /// Everybody whom the change touches or could touch, by user name.
    rows: Vec<Touched>,
    /// Groups below the changed ones that ask something of their own, and keep it.
    sub_groups: Vec<KeptGroup>,
    /// Whether no administrator could sign in any more. Such a change is not applied.
    locks_out: bool,
}

/// How many people a change touches, by what it does to them.
#[derive(Serialize, ToSchema)]
struct Counts {
    blocked: usize,
    weaker: usize,
    changed: usize,
    unchanged: usize,
}

/// One person before and after a change.
#[derive(Serialize, ToSchema)]
struct Touched {
    id: Uuid,
    username: String,
    #[schema(example = "Finance/Accounts payable")]
    group: String,
    #[schema(example = "Authenticator App")]
    now: String,
    #[schema(example = "Authenticator App or Email")]
    after: String,
    /// `blocked`, `weaker`, `changed` or `unchanged`.
    effect: &'static str,
    #[schema(example = "Inherits from Finance.")]
    why: String,
}

/// A group that keeps what it asks.
#[derive(Serialize, ToSchema)]
struct KeptGroup {
    id: Uuid,
    path: String,
    methods: String,
}

const fn word(effect: Effect) -> &'static str {
    match effect {
        Effect::Blocked => "blocked",
        Effect::Weaker => "weaker",
        Effect::Changed => "changed",
        Effect::Unchanged => "unchanged",
    }
}

impl From<PreviewRow> for Touched {
    fn from(row: PreviewRow) -> Self {
        Self {
            id: row.id.0,
            username: row.username,
            group: row.group,
            now: row.now,
            after: row.after,
            effect: word(row.effect),
            why: row.why,
        }
    }
}

impl From<Previewed> for Preview {
    fn from(previewed: Previewed) -> Self {
        let kept = |group: portcullis_ops::mfa_policy::SubGroup| KeptGroup {
            id: group.id.0,
            path: group.path,
            methods: group.methods,
        };
        Self {
            version: previewed.version,
            counts: Counts {
                blocked: previewed.count(Effect::Blocked),
                weaker: previewed.count(Effect::Weaker),
                changed: previewed.count(Effect::Changed),
                unchanged: previewed.count(Effect::Unchanged),
            },
            rows: previewed.rows.into_iter().map(Touched::from).collect(),
            sub_groups: previewed.sub_groups.into_iter().map(kept).collect(),
            locks_out: previewed.locks_out,
        }
    }
}

/// A change to apply, now or later.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewChange {
    change: PolicyChange,
    /// What is changed, in words for the history and the trail.
    #[schema(example = "Finance signs in with an authenticator app")]
    summary: String,
    /// The version that was previewed.
    #[schema(example = 7)]
    version: i64,
    /// RFC 3339; null or absent for now.
    #[serde(default)]
    #[schema(example = "2026-12-01T06:00:00Z")]
    at: Option<String>,
}

/// A change that is applied, or will be.
#[derive(Serialize, ToSchema)]
struct Applied {
    id: Uuid,
    version: i64,
    scheduled: bool,
}

/// Show what holds for everybody, and the latest changes
#[utoipa::path(get, path = "/api/v2/mfa/policy", tag = "Second step",
    responses((status = OK, body = MfaPolicy), Problems))]
async fn find(State(web): State<Web>, program: Program) -> Answer<Json<MfaPolicy>> {
    Ok(Json(web.gate.read(&program.caller, Find).await?.into()))
}

/// See whom a change would touch and how; nothing is changed
#[utoipa::path(post, path = "/api/v2/mfa/preview", tag = "Second step", request_body = PolicyChange,
    responses((status = OK, body = Preview), Problems))]
async fn preview(
    State(web): State<Web>,
    program: Program,
    Body(change): Body<PolicyChange>,
) -> Answer<Json<Preview>> {
    let operation = PreviewChange {
        change: change.try_into()?,
    };
    Ok(Json(web.gate.read(&program.caller, operation).await?.into()))
}

/// Apply a change that was previewed, or schedule it
#[utoipa::path(post, path = "/api/v2/mfa/changes", tag = "Second step", request_body = NewChange,
    responses((status = CREATED, body = Applied), Problems))]
async fn apply(State(web): State<Web>, program: Program, Body(new): Body<NewChange>) -> Answer {
    let moment = |text: String| moment_of(&text).ok_or_else(|| invalid("at", "must be a moment of RFC 3339"));
    let operation = Apply {
        change: new.change.try_into()?,
        summary: new.summary,
        version: new.version,
        at: new.at.map(moment).transpose()?,
    };
    let applied = web.gate.write(&program.caller, operation).await?;
    let shape = Applied {
        id: applied.id,
        version: applied.version,
        scheduled: applied.scheduled,
    };
    Ok((StatusCode::CREATED, Json(shape)).into_response())
}

/// Take a change back within a day, or cancel one that is scheduled
#[utoipa::path(post, path = "/api/v2/mfa/changes/{id}/undo", tag = "Second step", params(("id" = Uuid, Path)),
    responses((status = NO_CONTENT), Problems))]
async fn undo(State(web): State<Web>, program: Program, Path(id): Path<Uuid>) -> Answer<StatusCode> {
    web.gate.write(&program.caller, Undo { id }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A change that reports what it would do, and changes nothing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewReport {
    change: PolicyChange,
    /// What would be changed, in words for the history and the trail.
    #[schema(example = "Finance signs in with a security key")]
    summary: String,
    /// The version that was previewed.
    #[schema(example = 7)]
    version: i64,
    /// For how long, 1 to 30.
    #[schema(example = 7)]
    days: u32,
}

/// What a change has reported so far.
#[derive(Serialize, ToSchema)]
struct Report {
    id: Uuid,
    summary: String,
    /// Whether it still reports.
    reporting: bool,
    /// RFC 3339, UTC.
    ends_at: String,
    /// People who would have been asked for something else.
    asked: i64,
    blocked: i64,
    weaker: i64,
    /// The latest sign-in of each person, by user name; at most 200.
    rows: Vec<Met>,
    /// Send it when you apply the change.
    version: i64,
}

/// One person and what their latest sign-in would have met.
#[derive(Serialize, ToSchema)]
struct Met {
    id: Uuid,
    username: String,
    /// `asked`, `blocked` or `weaker`.
    effect: String,
    #[schema(example = "Authenticator App")]
    used: String,
    #[schema(example = "Security Key")]
    asked: String,
    /// RFC 3339, UTC.
    at: String,
}

impl From<ReportView> for Report {
    fn from(view: ReportView) -> Self {
        let met = |row: ReportRow| Met {
            id: row.id.0,
            username: row.username,
            effect: row.effect,
            used: row.used,
            asked: row.asked,
            at: row.at.to_string(),
        };
        Self {
            id: view.id,
            summary: view.summary,
            reporting: view.reporting,
            ends_at: view.ends_at.to_string(),
            asked: view.asked,
            blocked: view.blocked,
            weaker: view.weaker,
            rows: view.rows.into_iter().map(met).collect(),
            version: view.version,
        }
    }
}

/// The version of the policy that was looked at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Looked {
    #[schema(example = 7)]
    version: i64,
}

/// Let a change report what it would do, for some days; nothing is changed
#[utoipa::path(post, path = "/api/v2/mfa/reports", tag = "Second step", request_body = NewReport,
    responses((status = CREATED, body = Applied), Problems))]
async fn report_only(State(web): State<Web>, program: Program, Body(new): Body<NewReport>) -> Answer {
    let operation = ReportOnly {
        change: new.change.try_into()?,
        summary: new.summary,
        version: new.version,
        days: new.days,
    };
    let made = web.gate.write(&program.caller, operation).await?;
    let shape = Applied {
        id: made.id,
        version: made.version,
        scheduled: made.scheduled,
    };
    Ok((StatusCode::CREATED, Json(shape)).into_response())
}

/// Show what a change has reported so far
#[utoipa::path(get, path = "/api/v2/mfa/reports/{id}", tag = "Second step", params(("id" = Uuid, Path)),
    responses((status = OK, body = Report), Problems))]
async fn find_report(State(web): State<Web>, program: Program, Path(id): Path<Uuid>) -> Answer<Json<Report>> {
    Ok(Json(
        web.gate.read(&program.caller, FindReport { id }).await?.into(),
    ))
}

/// Apply a change that has reported; discard it with `/api/v2/mfa/changes/{id}/undo`
#[utoipa::path(post, path = "/api/v2/mfa/reports/{id}/apply", tag = "Second step", params(("id" = Uuid, Path)),
    request_body = Looked, responses((status = NO_CONTENT), Problems))]
async fn apply_report(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
    Body(looked): Body<Looked>,
) -> Answer<StatusCode> {
    let operation = ApplyReport {
        id,
        version: looked.version,
    };
    web.gate.write(&program.caller, operation).await?;
    Ok(StatusCode::NO_CONTENT)
}
