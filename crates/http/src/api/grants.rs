use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use portcullis_model::{AccountId, AccountRight, ResourceId, UserId};
use portcullis_ops::accounts::{self, GrantView, Through};
use portcullis_ops::resources;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::body::Body;
use super::document::Problems;
use super::shapes::{List, PersonName};
use crate::Web;
use crate::answer::Answer;
use crate::session::Program;

pub(super) fn of_accounts() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list_of_account))
        .routes(routes!(share_account, unshare_account))
}

pub(super) fn of_resources() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list_of_resource))
        .routes(routes!(share_resource, unshare_resource))
}

/// One person who may use a thing, and why.
#[derive(Serialize, ToSchema)]
struct Grant {
    user: PersonName,
    /// `view`, `modify` or `full`.
    right: &'static str,
    /// Why: `account`, `resource` or `owner`.
    through: &'static str,
    /// RFC 3339, UTC.
    granted_at: String,
}

impl From<GrantView> for Grant {
    fn from(view: GrantView) -> Self {
        Self {
            user: view.user.into(),
            right: view.right.word(),
            through: match view.through {
                Through::Account => "account",
                Through::Owner => "owner",
                Through::Resource => "resource",
            },
            granted_at: view.granted_at.to_string(),
        }
    }
}

/// What a person may do with a thing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GrantRight {
    /// `view`, `modify` or `full`; each includes the ones before it.
    #[schema(value_type = String, example = "view")]
    right: AccountRight,
}

/// List who may use an account
#[utoipa::path(get, path = "/api/v2/accounts/{id}/grants", tag = "Accounts", params(("id" = Uuid, Path)),
    responses((status = OK, body = List<Grant>), Problems))]
async fn list_of_account(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
) -> Answer<Json<List<Grant>>> {
    let operation = accounts::ListGrants { id: AccountId(id) };
    Ok(List::whole(
        web.gate.read(&program.caller, operation).await?,
        Grant::from,
    ))
}

/// Give a person a right on an account
#[utoipa::path(put, path = "/api/v2/accounts/{id}/grants/{user}", tag = "Accounts",
    params(("id" = Uuid, Path), ("user" = Uuid, Path)), request_body = GrantRight,
    responses((status = NO_CONTENT), Problems))]
async fn share_account(
    State(web): State<Web>,
    program: Program,
    Path((id, user)): Path<(Uuid, Uuid)>,
    Body(grant): Body<GrantRight>,
) -> Answer<StatusCode> {
    let operation = accounts::Share {
        id: AccountId(id),
        user: UserId(user),
        right: grant.right,
    };
    web.gate.write(&program.caller, operation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a person's right on an account away
#[utoipa::path(delete, path = "/api/v2/accounts/{id}/grants/{user}", tag = "Accounts",
    params(("id" = Uuid, Path), ("user" = Uuid, Path)), responses((status = NO_CONTENT), Problems))]
async fn unshare_account(
    State(web): State<Web>,
    program: Program,
    Path((id, user)): Path<(Uuid, Uuid)>,
) -> Answer<StatusCode> {
    let operation = accounts::Unshare {
        id: AccountId(id),
        user: UserId(user),
    };
    web.gate.write(&program.caller, operation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List who may use a resource
#[utoipa::path(get, path = "/api/v2/resources/{id}/grants", tag = "Resources", params(("id" = Uuid, Path)),
    responses((status = OK, body = List<Grant>), Problems))]
async fn list_of_resource(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
) -> Answer<Json<List<Grant>>> {
    let operation = resources::ListGrants { id: ResourceId(id) };
    Ok(List::whole(
        web.gate.read(&program.caller, operation).await?,
        Grant::from,
    ))
}

/// Give a person a right on a resource and all of its accounts
#[utoipa::path(put, path = "/api/v2/resources/{id}/grants/{user}", tag = "Resources",
    params(("id" = Uuid, Path), ("user" = Uuid, Path)), request_body = GrantRight,
    responses((status = NO_CONTENT), Problems))]
async fn share_resource(
    State(web): State<Web>,
    program: Program,
    Path((id, user)): Path<(Uuid, Uuid)>,
    Body(grant): Body<GrantRight>,
) -> Answer<StatusCode> {
    let operation = resources::Share {
        id: ResourceId(id),
        user: UserId(user),
        right: grant.right,
    };
    web.gate.write(&program.caller, operation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a person's right on a resource away
#[utoipa::path(delete, path = "/api/v2/resources/{id}/grants/{user}", tag = "Resources",
    params(("id" = Uuid, Path), ("user" = Uuid, Path)), responses((status = NO_CONTENT), Problems))]
async fn unshare_resource(
    State(web): State<Web>,
    program: Program,
    Path((id, user)): Path<(Uuid, Uuid)>,
) -> Answer<StatusCode> {
    let operation = resources::Unshare {
        id: ResourceId(id),
        user: UserId(user),
    };
    web.gate.write(&program.caller, operation).await?;
    Ok(StatusCode::NO_CONTENT)
}
