use axum::Json;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::IntoResponse;
use portcullis_model::{CallFilter, CallOutcome, LoggedCall};
use portcullis_ops::OpError;
use portcullis_ops::calls::{Export, List as ListCalls};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::document::Problems;
use super::shapes::{List, size};
use super::words::{moment, word};
use crate::Web;
use crate::answer::Answer;
use crate::pages::admin::calls::table;
use crate::session::Program;

pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(export))
}

/// A phone call; never what was pressed.
#[derive(Serialize, ToSchema)]
struct PhoneCall {
    id: Uuid,
    username: String,
    /// The number, masked.
    number: String,
    /// `sign_in`, `session`, `test` or `enrolment`.
    purpose: String,
    /// From where it was asked for.
    address: String,
    /// Null while it is under way.
    #[schema(example = "granted")]
    outcome: Option<&'static str>,
    trunk: String,
    /// RFC 3339, UTC.
    made_at: String,
    /// How long it was connected.
    seconds: u32,
    /// As two letters of ISO 3166; null where an agent keeps the numbers.
    #[schema(example = "DE")]
    country: Option<String>,
    /// In the smallest unit of the currency; until it is over, what it may cost at most.
    cost: u64,
    /// As in ISO 4217; null where money was not counted.
    #[schema(example = "EUR")]
    currency: Option<String>,
}

impl From<LoggedCall> for PhoneCall {
    fn from(call: LoggedCall) -> Self {
        Self {
            id: call.id,
            username: call.username,
            number: call.masked,
            purpose: call.purpose,
            address: call.address,
            outcome: call.outcome.map(CallOutcome::word),
            trunk: call.trunk,
            made_at: call.made_at.to_string(),
            seconds: call.seconds,
            country: (!call.country.is_empty()).then_some(call.country),
            cost: call.cost,
            currency: (!call.currency.is_empty()).then_some(call.currency),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CallQuery {
    /// A user name.
    #[serde(default)]
    who: String,
    /// How it ended, such as `granted`, `busy` or `no_answer`.
    outcome: Option<String>,
    /// RFC 3339.
    since: Option<String>,
    /// RFC 3339.
    until: Option<String>,
    /// `next` of the page before.
    before: Option<String>,
    /// How many calls at most, 1 to 200; 50 if left out.
    size: Option<u64>,
}

impl CallQuery {
    fn filter(&self) -> Result<CallFilter, OpError> {
        Ok(CallFilter {
            who: self.who.trim().to_owned(),
            outcome: word::<CallOutcome>("outcome", self.outcome.as_deref())?,
            since: moment("since", self.since.as_deref())?,
            until: moment("until", self.until.as_deref())?,
        })
    }
}

/// List phone calls and what came of them, newest first
#[utoipa::path(get, path = "/api/v2/calls", tag = "Settings", params(CallQuery),
    responses((status = OK, body = List<PhoneCall>), Problems))]
async fn list(
    State(web): State<Web>,
    program: Program,
    Query(asked): Query<CallQuery>,
) -> Answer<Json<List<PhoneCall>>> {
    let operation = ListCalls {
        filter: asked.filter()?,
        size: size(asked.size),
        before: asked.before,
    };
    Ok(List::of(
        web.gate.read(&program.caller, operation).await?,
        PhoneCall::from,
    ))
}

/// Take the log of phone calls out as comma-separated values
#[utoipa::path(get, path = "/api/v2/calls/csv", tag = "Settings", params(CallQuery),
    responses((status = OK, body = String, content_type = "text/csv"), Problems))]
async fn export(State(web): State<Web>, program: Program, Query(asked): Query<CallQuery>) -> Answer {
    let operation = Export {
        filter: asked.filter()?,
    };
    let calls = web.gate.read(&program.caller, operation).await?;
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8")];
    Ok((headers, table(&calls)).into_response())
}
