use axum::Json;
use axum::extract::{Query, State};
use portcullis_ops::audit::{AuditFilter, AuditView, List as ListEntries, Verify};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::document::Problems;
use super::shapes::{List, size};
use crate::Web;
use crate::answer::Answer;
use crate::form::invalid;
use crate::pages::audit::moment_of;
use crate::session::Program;

pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(verify))
}

/// One line of the audit trail.
#[derive(Serialize, ToSchema)]
struct Entry {
    seq: i64,
    /// RFC 3339, UTC.
    at: String,
    #[schema(example = "account.reveal_password")]
    operation: String,
    actor_kind: String,
    actor: String,
    /// `web`, `api`, `console` or `job`.
    door: String,
    address: String,
    request: String,
    subject_kind: String,
    subject_id: Option<Uuid>,
    subject: String,
    /// `succeed`, `deny`, `fail` or `start`.
    outcome: &'static str,
    reason: String,
    message: String,
    /// SHA-256 over this entry and the hash of the one before, in hexadecimal.
    hash: String,
}

impl From<AuditView> for Entry {
    fn from(view: AuditView) -> Self {
        Self {
            seq: view.seq,
            at: view.at.to_string(),
            operation: view.operation,
            actor_kind: view.actor_kind,
            actor: view.actor,
            door: view.door,
            address: view.address,
            request: view.request,
            subject_kind: view.subject_kind,
            subject_id: view.subject_id,
            subject: view.subject,
            outcome: view.outcome.word(),
            reason: view.reason,
            message: view.message,
            hash: view.hash,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AuditQuery {
    /// A user name.
    #[serde(default)]
    who: String,
    /// Such as `account.reveal_password`.
    #[serde(default)]
    operation: String,
    /// The id of what it was done to.
    subject: Option<Uuid>,
    /// `succeed`, `deny`, `fail` or `start`.
    outcome: Option<String>,
    /// RFC 3339.
    since: Option<String>,
    /// RFC 3339.
    until: Option<String>,
    /// Only entries before this number: `next` of the page before.
    before: Option<i64>,
    /// How many entries at most, 1 to 200; 50 if left out.
    size: Option<u64>,
}

/// Whether the trail is as it was written.
#[derive(Serialize, ToSchema)]
struct Verification {
    entries: i64,
    /// Empty if nothing was changed.
    problems: Vec<String>,
    /// Keep it outside: later it shows whether the end was cut off.
    checkpoint: String,
}

/// List audit entries, newest first
#[utoipa::path(get, path = "/api/v2/audit", tag = "Audit", params(AuditQuery),
    responses((status = OK, body = List<Entry>), Problems))]
async fn list(
    State(web): State<Web>,
    program: Program,
    Query(asked): Query<AuditQuery>,
) -> Answer<Json<List<Entry>>> {
    let moment = |field, text: Option<String>| {
        text.map(|text| moment_of(&text).ok_or_else(|| invalid(field, "must be a moment of RFC 3339")))
            .transpose()
    };
    let outcome = asked
        .outcome
        .map(|word| {
            word.parse()
                .map_err(|_| invalid("outcome", "must be succeed, deny, fail or start"))
        })
        .transpose()?;
    let filter = AuditFilter {
        who: asked.who,
        operation: asked.operation,
        subject: asked.subject,
        outcome,
        since: moment("since", asked.since)?,
        until: moment("until", asked.until)?,
    };
    let operation = ListEntries {
        filter,
        before: asked.before,
        size: size(asked.size),
    };
    Ok(List::of(
        web.gate.read(&program.caller, operation).await?,
        Entry::from,
    ))
}

/// Verify the hash chain of the whole trail
#[utoipa::path(get, path = "/api/v2/audit/verify", tag = "Audit",
    responses((status = OK, body = Verification), Problems))]
async fn verify(State(web): State<Web>, program: Program) -> Answer<Json<Verification>> {
    let verified = web
        .gate
        .read(&program.caller, Verify { checkpoint: None })
        .await?;
    Ok(Json(Verification {
        entries: verified.entries,
        problems: verified.problems,
        checkpoint: verified.checkpoint,
    }))
}
