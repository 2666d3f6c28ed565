use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use portcullis_model::{FactorKind, Outcome, SignInEvent, SignInFilter, SignInView};
use portcullis_ops::OpError;
use portcullis_ops::activity::{
    ChangeFilter, DeleteFilter, Export, FilterView, List as ListEvents, ListFilters, SaveFilter,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::body::Body;
use super::document::Problems;
use super::shapes::{List, made, size};
use super::words::{moment, word};
use crate::Web;
use crate::answer::Answer;
use crate::pages::activity::{device, table};
use crate::session::Program;

pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(export))
        .routes(routes!(filters, save))
        .routes(routes!(change, delete))
}

/// One event of a sign-in.
#[derive(Serialize, ToSchema)]
struct SignInEntry {
    /// The number of its entry in the audit trail.
    seq: i64,
    /// RFC 3339, UTC.
    at: String,
    user: String,
    /// `pre_authenticated`, `verified`, `error`, `refused`, `signed_in`, `confirmed` or `signed_out`.
    event: &'static str,
    #[schema(example = "Login verified. MFA method: Authenticator App")]
    message: String,
    /// The method as one word; absent before the second step.
    method: Option<&'static str>,
    /// `succeed`, `deny` or `fail`.
    outcome: &'static str,
    address: String,
    /// Whether nobody had ever signed in as this person from there.
    new_address: bool,
    #[schema(example = "Firefox on Linux")]
    device: String,
    session: Option<Uuid>,
    request: String,
}

impl From<SignInView> for SignInEntry {
    fn from(view: SignInView) -> Self {
        Self {
            seq: view.seq,
            at: view.at.to_string(),
            user: view.username,
            event: view.event.word(),
            message: view.message,
            method: view.method.map(FactorKind::word),
            outcome: view.outcome.word(),
            address: view.address,
            new_address: view.is_new_address,
            device: device(&view.agent),
            session: view.session,
            request: view.request,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ActivityQuery {
    /// A user name.
    #[serde(default)]
    who: String,
    /// `pre_authenticated`, `verified`, `error`, `refused`, `signed_in`, `confirmed` or `signed_out`.
    event: Option<String>,
    /// Such as `email`, `totp` or `backup_code`.
    method: Option<String>,
    /// `succeed`, `deny` or `fail`.
    outcome: Option<String>,
    /// Only events from where nobody had ever signed in as this person.
    #[serde(default)]
    new_address: bool,
    /// RFC 3339.
    since: Option<String>,
    /// RFC 3339.
    until: Option<String>,
    /// `next` of the page before.
    before: Option<String>,
    /// How many events at most, 1 to 200; 50 if left out.
    size: Option<u64>,
}

impl ActivityQuery {
    fn filter(&self) -> Result<SignInFilter, OpError> {
        Ok(SignInFilter {
            who: self.who.trim().to_owned(),
            event: word::<SignInEvent>("event", self.event.as_deref())?,
            method: word::<FactorKind>("method", self.method.as_deref())?,
            outcome: word::<Outcome>("outcome", self.outcome.as_deref())?,
            new_address: self.new_address,
            since: moment("since", self.since.as_deref())?,
            until: moment("until", self.until.as_deref())?,
        })
    }
}

/// A filter that somebody keeps.
#[derive(Serialize, ToSchema)]
struct ActivityFilter {
    id: Uuid,
    name: String,
    #[serde(flatten)]
    filter: KeptFilter,
    shared: bool,
    /// The user name of whoever keeps it.
    owner: String,
}

/// What a filter looks for. What is left out does not filter.
#[derive(Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
struct KeptFilter {
    who: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    new_address: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

impl From<FilterView> for ActivityFilter {
    fn from(view: FilterView) -> Self {
        let filter = view.filter;
        let text = |word: Option<&'static str>| word.map(str::to_owned);
        Self {
            id: view.id,
            name: view.name,
            filter: KeptFilter {
                who: filter.who,
                event: text(filter.event.map(SignInEvent::word)),
                method: text(filter.method.map(FactorKind::word)),
                outcome: text(filter.outcome.map(Outcome::word)),
                new_address: filter.new_address,
                since: filter.since.map(|at| at.to_string()),
                until: filter.until.map(|at| at.to_string()),
            },
            shared: view.is_shared,
            owner: view.owner,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewActivityFilter {
    #[schema(example = "Errors of the finance people")]
    name: String,
    /// Whether everybody who reads the activity sees it.
    #[serde(default)]
    shared: bool,
    #[serde(default)]
    filter: KeptFilter,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedActivityFilter {
    name: String,
    shared: bool,
}

/// List sign-in events, newest first
#[utoipa::path(get, path = "/api/v2/user-activity", tag = "Audit", params(ActivityQuery),
    responses((status = OK, body = List<SignInEntry>), Problems))]
async fn list(
    State(web): State<Web>,
    program: Program,
    Query(asked): Query<ActivityQuery>,
) -> Answer<Json<List<SignInEntry>>> {
    let operation = ListEvents {
        filter: asked.filter()?,
        size: size(asked.size),
        before: asked.before,
    };
    Ok(List::of(
        web.gate.read(&program.caller, operation).await?,
        SignInEntry::from,
    ))
}

/// Take sign-in events out as comma-separated values
#[utoipa::path(get, path = "/api/v2/user-activity/csv", tag = "Audit", params(ActivityQuery),
    responses((status = OK, body = String, content_type = "text/csv"), Problems))]
async fn export(State(web): State<Web>, program: Program, Query(asked): Query<ActivityQuery>) -> Answer {
    let operation = Export {
        filter: asked.filter()?,
    };
    let events = web.gate.read(&program.caller, operation).await?;
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8")];
    Ok((headers, table(&events)).into_response())
}

/// List one's own filters and those that others share
#[utoipa::path(get, path = "/api/v2/user-activity/filters", tag = "Audit",
    responses((status = OK, body = List<ActivityFilter>), Problems))]
async fn filters(State(web): State<Web>, program: Program) -> Answer<Json<List<ActivityFilter>>> {
    Ok(List::whole(
        web.gate.read(&program.caller, ListFilters).await?,
        ActivityFilter::from,
    ))
}

/// Keep a filter
#[utoipa::path(post, path = "/api/v2/user-activity/filters", tag = "Audit", request_body = NewActivityFilter,
    responses((status = CREATED, description = "Kept"), Problems))]
async fn save(
    State(web): State<Web>,
    program: Program,
    Body(new): Body<NewActivityFilter>,
) -> Answer<Response> {
    let asked = ActivityQuery {
        who: new.filter.who,
        event: new.filter.event,
        method: new.filter.method,
        outcome: new.filter.outcome,
        new_address: new.filter.new_address,
        since: new.filter.since,
        until: new.filter.until,
        before: None,
        size: None,
    };
    let operation = SaveFilter {
        name: new.name,
        filter: asked.filter()?,
        is_shared: new.shared,
    };
    let id = web.gate.write(&program.caller, operation).await?;
    Ok(made("user-activity/filters", id))
}

/// Give one's own filter another name, and share it or not
#[utoipa::path(put, path = "/api/v2/user-activity/filters/{id}", tag = "Audit", params(("id" = Uuid, Path)),
    request_body = ChangedActivityFilter, responses((status = NO_CONTENT), Problems))]
async fn change(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
    Body(changed): Body<ChangedActivityFilter>,
) -> Answer<StatusCode> {
    let operation = ChangeFilter {
        id,
        name: changed.name,
        is_shared: changed.shared,
    };
    web.gate.write(&program.caller, operation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Delete one's own filter
#[utoipa::path(delete, path = "/api/v2/user-activity/filters/{id}", tag = "Audit", params(("id" = Uuid, Path)),
    responses((status = NO_CONTENT), Problems))]
async fn delete(State(web): State<Web>, program: Program, Path(id): Path<Uuid>) -> Answer<StatusCode> {
    web.gate.write(&program.caller, DeleteFilter { id }).await?;
    Ok(StatusCode::NO_CONTENT)
}
