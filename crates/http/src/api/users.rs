use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use portcullis_model::{GroupId, Role, UserId};
use portcullis_ops::users::{
    Add, ChangeRole, Find, Invitation, Invite, List as ListUsers, Lock, Unlock, UserState, UserView,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::body::Body;
use super::document::Problems;
use super::shapes::{List, ListQuery, Reason, size};
use crate::Web;
use crate::answer::Answer;
use crate::session::Program;

pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(find))
        .routes(routes!(lock))
        .routes(routes!(unlock))
        .routes(routes!(invite))
        .routes(routes!(change_role))
}

/// Somebody who may sign in, or might once.
#[derive(Serialize, ToSchema)]
struct User {
    id: Uuid,
    username: String,
    display_name: String,
    email: String,
    /// `privileged_administrator`, `administrator`, `password_administrator`, `password_auditor` or `password_user`.
    role: &'static str,
    /// `invited`, `active` or `locked`.
    state: &'static str,
    /// The second steps they have set up, such as `totp` and `backup_code`.
    factors: Vec<&'static str>,
    /// RFC 3339, UTC.
    created_at: String,
    /// RFC 3339, UTC; null before the first time.
    last_sign_in_at: Option<String>,
}

impl From<UserView> for User {
    fn from(view: UserView) -> Self {
        Self {
            id: view.id.0,
            username: view.username,
            display_name: view.display_name,
            email: view.email,
            role: view.role.word(),
            state: match view.state {
                UserState::Active => "active",
                UserState::Invited => "invited",
                UserState::Locked => "locked",
            },
            factors: view.factors.iter().map(|kind| kind.word()).collect(),
            created_at: view.created_at.to_string(),
            last_sign_in_at: view.last_sign_in_at.map(|at| at.to_string()),
        }
    }
}

/// A person to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUser {
    #[schema(example = "d.okafor")]
    username: String,
    #[schema(example = "Dayo Okafor")]
    display_name: String,
    #[schema(example = "d.okafor@corp.example")]
    email: String,
    #[schema(value_type = String, example = "password_user")]
    role: Role,
    /// The group that the person belongs to.
    #[serde(default)]
    group: Option<Uuid>,
}

/// A single-use set-up code, told once.
#[derive(Serialize, ToSchema)]
struct Handover {
    id: Uuid,
    #[schema(format = Password)]
    setup_code: String,
    /// RFC 3339, UTC.
    expires_at: String,
}

impl From<Invitation> for Handover {
    fn from(invitation: Invitation) -> Self {
        Self {
            id: invitation.id.0,
            setup_code: invitation.setup_code.expose().to_owned(),
            expires_at: invitation.expires_at.to_string(),
        }
    }
}

/// The role a person gets.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRole {
    #[schema(value_type = String, example = "password_auditor")]
    role: Role,
}

/// List people
#[utoipa::path(get, path = "/api/v2/users", tag = "Users", params(ListQuery),
    responses((status = OK, body = List<User>), Problems))]
async fn list(
    State(web): State<Web>,
    program: Program,
    Query(asked): Query<ListQuery>,
) -> Answer<Json<List<User>>> {
    let operation = ListUsers {
        query: asked.query,
        after: asked.after,
        size: size(asked.size),
    };
    Ok(List::of(
        web.gate.read(&program.caller, operation).await?,
        User::from,
    ))
}

/// Add a person and get their set-up code
#[utoipa::path(post, path = "/api/v2/users", tag = "Users", request_body = NewUser,
    responses((status = CREATED, body = Handover), Problems))]
async fn add(State(web): State<Web>, program: Program, Body(new): Body<NewUser>) -> Answer {
    let operation = Add {
        username: new.username,
        display_name: new.display_name,
        email: new.email,
        role: new.role,
        group: new.group.map(GroupId),
    };
    let invitation = web.gate.write(&program.caller, operation).await?;
    Ok(handed_over(invitation))
}

fn handed_over(invitation: Invitation) -> Response {
    (StatusCode::CREATED, Json(Handover::from(invitation))).into_response()
}

/// Find one person
#[utoipa::path(get, path = "/api/v2/users/{id}", tag = "Users", params(("id" = Uuid, Path)),
    responses((status = OK, body = User), Problems))]
async fn find(State(web): State<Web>, program: Program, Path(id): Path<Uuid>) -> Answer<Json<User>> {
    Ok(Json(
        web.gate
            .read(&program.caller, Find { id: UserId(id) })
            .await?
            .into(),
    ))
}

/// Lock a person out and end their sessions
#[utoipa::path(post, path = "/api/v2/users/{id}/lock", tag = "Users", params(("id" = Uuid, Path)),
    request_body = Reason, responses((status = NO_CONTENT), Problems))]
async fn lock(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
    Body(asked): Body<Reason>,
) -> Answer<StatusCode> {
    web.gate
        .write(
            &program.caller,
            Lock {
                id: UserId(id),
                reason: asked.reason,
            },
        )
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let a locked person in again
#[utoipa::path(post, path = "/api/v2/users/{id}/unlock", tag = "Users", params(("id" = Uuid, Path)),
    responses((status = NO_CONTENT), Problems))]
async fn unlock(State(web): State<Web>, program: Program, Path(id): Path<Uuid>) -> Answer<StatusCode> {
    web.gate.write(&program.caller, Unlock { id: UserId(id) }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a new set-up code for a person
#[utoipa::path(post, path = "/api/v2/users/{id}/invite", tag = "Users", params(("id" = Uuid, Path)),
    request_body = Reason, responses((status = CREATED, body = Handover), Problems))]
async fn invite(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
    Body(asked): Body<Reason>,
) -> Answer {
    let operation = Invite {
        id: UserId(id),
        reason: asked.reason,
    };
    Ok(handed_over(web.gate.write(&program.caller, operation).await?))
}

/// Change a person's role
#[utoipa::path(put, path = "/api/v2/users/{id}/role", tag = "Users", params(("id" = Uuid, Path)),
    request_body = NewRole, responses((status = NO_CONTENT), Problems))]
async fn change_role(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
    Body(new): Body<NewRole>,
) -> Answer<StatusCode> {
    web.gate
        .write(
            &program.caller,
            ChangeRole {
                id: UserId(id),
                role: new.role,
            },
        )
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
