use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use portcullis_model::ResourceId;
use portcullis_ops::resources::{
    Add, Change, ChangedFields, Delete, Find, List as ListResources, ResourceDraft, ResourceView, Restore,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::body::Body;
use super::document::Problems;
use super::grants;
use super::shapes::{Attribute, List, Made, PersonName, attributes, made, pairs, size};
use crate::Web;
use crate::answer::Answer;
use crate::session::Program;

pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(find, replace, change, delete))
        .routes(routes!(restore))
        .merge(grants::of_resources())
}

/// A server, application, device or site that holds accounts.
#[derive(Serialize, ToSchema)]
struct Resource {
    id: Uuid,
    #[serde(flatten)]
    draft: Draft,
    owner: PersonName,
    /// What the caller may do: `view`, `modify` or `full`.
    right: &'static str,
    /// How many accounts it holds.
    accounts: u64,
    /// RFC 3339, UTC.
    created_at: String,
    /// RFC 3339, UTC.
    changed_at: String,
}

/// What people say about a resource.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Draft {
    #[schema(example = "db-prod-01")]
    name: String,
    #[serde(default)]
    #[schema(example = "Linux")]
    kind: String,
    #[serde(default)]
    #[schema(example = "10.0.4.21")]
    address: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    department: String,
    #[serde(default)]
    location: String,
    #[serde(default)]
    notes: String,
    #[serde(default)]
    attributes: Vec<Attribute>,
    /// The name of a password policy; `Strong` if left out.
    #[serde(default = "strong")]
    #[schema(example = "Strong")]
    policy: String,
}

fn strong() -> String {
    "Strong".to_owned()
}

impl From<Draft> for ResourceDraft {
    fn from(draft: Draft) -> Self {
        Self {
            name: draft.name,
            kind: draft.kind,
            address: draft.address,
            url: draft.url,
            department: draft.department,
            location: draft.location,
            notes: draft.notes,
            attributes: pairs(draft.attributes),
            policy: draft.policy,
        }
    }
}

impl From<ResourceDraft> for Draft {
    fn from(draft: ResourceDraft) -> Self {
        Self {
            name: draft.name,
            kind: draft.kind,
            address: draft.address,
            url: draft.url,
            department: draft.department,
            location: draft.location,
            notes: draft.notes,
            attributes: attributes(draft.attributes),
            policy: draft.policy,
        }
    }
}

impl From<ResourceView> for Resource {
    fn from(view: ResourceView) -> Self {
        Self {
            id: view.id.0,
            draft: view.draft.into(),
            owner: view.owner.into(),
            right: view.right.word(),
            accounts: view.accounts,
            created_at: view.created_at.to_string(),
            changed_at: view.changed_at.to_string(),
        }
    }
}

/// The fields to change; the others stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResourceChange {
    name: Option<String>,
    kind: Option<String>,
    address: Option<String>,
    url: Option<String>,
    department: Option<String>,
    location: Option<String>,
    notes: Option<String>,
    attributes: Option<Vec<Attribute>>,
    policy: Option<String>,
}

impl From<ResourceChange> for ChangedFields {
    fn from(change: ResourceChange) -> Self {
        Self {
            name: change.name,
            kind: change.kind,
            address: change.address,
            url: change.url,
            department: change.department,
            location: change.location,
            notes: change.notes,
            attributes: change.attributes.map(pairs),
            policy: change.policy,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ResourceQuery {
    /// Words that the resource must hold.
    #[serde(default)]
    query: String,
    /// Only of this type.
    kind: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// How many items at most, 1 to 200; 50 if left out.
    size: Option<u64>,
}

/// List the resources that you may see
#[utoipa::path(get, path = "/api/v2/resources", tag = "Resources", params(ResourceQuery),
    responses((status = OK, body = List<Resource>), Problems))]
async fn list(
    State(web): State<Web>,
    program: Program,
    Query(asked): Query<ResourceQuery>,
) -> Answer<Json<List<Resource>>> {
    let operation = ListResources {
        query: asked.query,
        kind: asked.kind,
        after: asked.after,
        size: size(asked.size),
    };
    Ok(List::of(
        web.gate.read(&program.caller, operation).await?,
        Resource::from,
    ))
}

/// Add a resource
#[utoipa::path(post, path = "/api/v2/resources", tag = "Resources", request_body = Draft,
    responses((status = CREATED, body = Made), Problems))]
async fn add(State(web): State<Web>, program: Program, Body(draft): Body<Draft>) -> Answer {
    let id = web
        .gate
        .write(&program.caller, Add { draft: draft.into() })
        .await?;
    Ok(made("resources", id.0))
}

/// Find one resource
#[utoipa::path(get, path = "/api/v2/resources/{id}", tag = "Resources", params(("id" = Uuid, Path)),
    responses((status = OK, body = Resource), Problems))]
async fn find(State(web): State<Web>, program: Program, Path(id): Path<Uuid>) -> Answer<Json<Resource>> {
    Ok(Json(
        web.gate
            .read(&program.caller, Find { id: ResourceId(id) })
            .await?
            .into(),
    ))
}

/// Replace what is said about a resource
#[utoipa::path(put, path = "/api/v2/resources/{id}", tag = "Resources", params(("id" = Uuid, Path)),
    request_body = Draft, responses((status = NO_CONTENT), Problems))]
async fn replace(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
    Body(draft): Body<Draft>,
) -> Answer<StatusCode> {
    let fields = ResourceDraft::from(draft).into();
    let id = ResourceId(id);
    web.gate.write(&program.caller, Change { id, fields }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Change some fields of a resource
#[utoipa::path(patch, path = "/api/v2/resources/{id}", tag = "Resources", params(("id" = Uuid, Path)),
    request_body = ResourceChange, responses((status = NO_CONTENT), Problems))]
async fn change(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
    Body(change): Body<ResourceChange>,
) -> Answer<StatusCode> {
    let id = ResourceId(id);
    let fields = change.into();
    web.gate.write(&program.caller, Change { id, fields }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Move a resource and its accounts to the trash
#[utoipa::path(delete, path = "/api/v2/resources/{id}", tag = "Resources", params(("id" = Uuid, Path)),
    responses((status = NO_CONTENT), Problems))]
async fn delete(State(web): State<Web>, program: Program, Path(id): Path<Uuid>) -> Answer<StatusCode> {
    web.gate
        .write(&program.caller, Delete { id: ResourceId(id) })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a resource back from the trash
#[utoipa::path(post, path = "/api/v2/resources/{id}/restore", tag = "Resources", params(("id" = Uuid, Path)),
    responses((status = NO_CONTENT), Problems))]
async fn restore(State(web): State<Web>, program: Program, Path(id): Path<Uuid>) -> Answer<StatusCode> {
    web.gate
        .write(&program.caller, Restore { id: ResourceId(id) })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
