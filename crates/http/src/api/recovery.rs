use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use portcullis_model::browser_name;
use portcullis_ops::recovery::{
    Approve, Approved as Outcome, Deny, Facts as FoundFacts, Find, Found, List as ListRequests, RequestView,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::body::Body;
use super::document::Problems;
use super::shapes::Reason;
use crate::Web;
use crate::answer::Answer;
use crate::session::Program;

pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(find))
        .routes(routes!(approve))
        .routes(routes!(deny))
}

/// Somebody who typed their password and asks for help with the second step.
#[derive(Serialize, ToSchema)]
struct RecoveryRequest {
    id: Uuid,
    user: Uuid,
    username: String,
    /// The network address that it was made from.
    address: String,
    /// The browser, as it calls itself.
    #[schema(example = "Firefox on Linux")]
    browser: String,
    /// `open`, `approved_once`, `granted`, `denied`, `cancelled`, `closed` after too many wrong words, or `expired`.
    state: String,
    /// How often wrong words may still be typed.
    tries_left: u32,
    /// Who approved first; empty if nobody did.
    first_approver: String,
    decided_by: String,
    reason: String,
    /// RFC 3339, UTC.
    made_at: String,
    /// RFC 3339, UTC.
    ends_at: String,
    /// Whether you may decide: it is not your own, and the person is not above you.
    may_decide: bool,
}

impl From<RequestView> for RecoveryRequest {
    fn from(view: RequestView) -> Self {
        Self {
            id: view.id,
            user: view.user.0,
            username: view.username,
            address: view.address,
            browser: browser_name::of(&view.agent),
            state: view.state,
            tries_left: view.tries_left,
            first_approver: view.first_approver,
            decided_by: view.decided_by,
            reason: view.reason,
            made_at: view.made_at.to_string(),
            ends_at: view.ends_at.to_string(),
            may_decide: view.may_decide,
        }
    }
}

/// Who waits for a decision, and the latest requests that are over.
#[derive(Serialize, ToSchema)]
struct RecoveryRequests {
    /// The oldest first.
    waiting: Vec<RecoveryRequest>,
    /// The newest first.
    over: Vec<RecoveryRequest>,
    /// Whether a second administrator must approve.
    second_approver: bool,
}

/// One request, with what speaks for and against it.
#[derive(Serialize, ToSchema)]
struct RecoveryDetails {
    request: RecoveryRequest,
    facts: Facts,
    second_approver: bool,
}

/// What to weigh before you decide.
#[derive(Serialize, ToSchema)]
struct Facts {
    /// How many sign-ins of the person came from the same address in 90 days.
    sign_ins_from_there: i64,
    /// RFC 3339, UTC; null before the first time.
    last_sign_in_at: Option<String>,
    /// The second steps that the person has set up.
    enrolled: Vec<&'static str>,
    /// Why the policy keeps them out; null if it does not.
    blocked: Option<&'static str>,
    /// Wrong answers at the second step in a day.
    wrong_answers: i64,
    /// RFC 3339, UTC.
    password_changed_at: Option<String>,
    /// Requests in a day, this one included.
    asked: i64,
}

impl From<FoundFacts> for Facts {
    fn from(facts: FoundFacts) -> Self {
        Self {
            sign_ins_from_there: facts.sign_ins_from_there,
            last_sign_in_at: facts.last_sign_in_at.map(|at| at.to_string()),
            enrolled: facts.enrolled.iter().map(|kind| kind.word()).collect(),
            blocked: facts.blocked,
            wrong_answers: facts.wrong_answers,
            password_changed_at: facts.password_changed_at.map(|at| at.to_string()),
            asked: facts.asked,
        }
    }
}

impl From<Found> for RecoveryDetails {
    fn from(found: Found) -> Self {
        Self {
            request: found.request.into(),
            facts: found.facts.into(),
            second_approver: found.second_approver,
        }
    }
}

/// An approval.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Approval {
    /// The six words as the person read them out. After three wrong tries the request is closed.
    #[schema(format = Password)]
    words: String,
    /// How long the pass is good, 5 to 60.
    #[schema(example = 30)]
    minutes: u32,
    /// That the person was called on a number known from before and read the words; must be true.
    confirmed: bool,
    /// Recorded; must not be empty.
    #[schema(example = "Lost phone, called back on the desk number, INC-2043")]
    reason: String,
}

/// What an approval led to.
#[derive(Serialize, ToSchema)]
struct Decision {
    /// `granted`, `approved_once` or `wrong_words`.
    outcome: &'static str,
    /// Told once, when it is granted.
    #[schema(format = Password)]
    pass: Option<String>,
    /// RFC 3339, UTC; when the pass ends.
    ends_at: Option<String>,
    /// How often wrong words may still be typed.
    tries_left: Option<u32>,
}

/// List who asks for help with the second step
#[utoipa::path(get, path = "/api/v2/recovery-requests", tag = "Second step",
    responses((status = OK, body = RecoveryRequests), Problems))]
async fn list(State(web): State<Web>, program: Program) -> Answer<Json<RecoveryRequests>> {
    let listed = web.gate.read(&program.caller, ListRequests).await?;
    let shapes = |views: Vec<RequestView>| views.into_iter().map(RecoveryRequest::from).collect();
    Ok(Json(RecoveryRequests {
        waiting: shapes(listed.waiting),
        over: shapes(listed.over),
        second_approver: listed.second_approver,
    }))
}

/// Show a request for help, with what speaks for and against it
#[utoipa::path(get, path = "/api/v2/recovery-requests/{id}", tag = "Second step", params(("id" = Uuid, Path)),
    responses((status = OK, body = RecoveryDetails), Problems))]
async fn find(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
) -> Answer<Json<RecoveryDetails>> {
    Ok(Json(web.gate.read(&program.caller, Find { id }).await?.into()))
}

/// Approve a request for help; the last approval makes a temporary pass
#[utoipa::path(post, path = "/api/v2/recovery-requests/{id}/approve", tag = "Second step",
    params(("id" = Uuid, Path)), request_body = Approval,
    responses((status = OK, body = Decision), (status = CREATED, body = Decision),
    (status = UNPROCESSABLE_ENTITY, body = Decision, description = "These are not the words"), Problems))]
async fn approve(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
    Body(approval): Body<Approval>,
) -> Answer {
    let operation = Approve {
        id,
        words: approval.words,
        minutes: approval.minutes,
        confirmed: approval.confirmed,
        reason: approval.reason,
    };
    let nothing = Decision {
        outcome: "approved_once",
        pass: None,
        ends_at: None,
        tries_left: None,
    };
    let (status, decision) = match web.gate.write(&program.caller, operation).await? {
        Outcome::Granted(issued) => (
            StatusCode::CREATED,
            Decision {
                outcome: "granted",
                pass: Some(issued.pass.expose().to_owned()),
                ends_at: Some(issued.ends_at.to_string()),
                ..nothing
            },
        ),
        Outcome::Once => (StatusCode::OK, nothing),
        Outcome::WrongWords { tries_left } => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Decision {
                outcome: "wrong_words",
                tries_left: Some(tries_left),
                ..nothing
            },
        ),
    };
    Ok((status, Json(decision)).into_response())
}

/// Deny a request for help; the person is told
#[utoipa::path(post, path = "/api/v2/recovery-requests/{id}/deny", tag = "Second step",
    params(("id" = Uuid, Path)), request_body = Reason, responses((status = NO_CONTENT), Problems))]
async fn deny(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
    Body(reason): Body<Reason>,
) -> Answer<StatusCode> {
    let operation = Deny {
        id,
        reason: reason.reason,
    };
    web.gate.write(&program.caller, operation).await?;
    Ok(StatusCode::NO_CONTENT)
}
