use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use portcullis_model::{GroupId, UserId};
use portcullis_ops::groups::{Add, Change, Delete, Find, GroupView, List as ListGroups, MovePerson};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::body::Body;
use super::document::Problems;
use super::mfa::Requirement;
use super::shapes::{List, Made, made};
use crate::Web;
use crate::answer::Answer;
use crate::session::Program;

pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(find, change, delete))
        .routes(routes!(move_person))
}

/// A group of people, in a tree.
#[derive(Serialize, ToSchema)]
struct Group {
    id: Uuid,
    /// The group that holds it; null at the top.
    parent: Option<Uuid>,
    name: String,
    #[schema(example = "Finance/Accounts payable")]
    path: String,
    /// 0 at the top.
    depth: usize,
    /// How many people are in it, without those of the groups below.
    people: usize,
    /// What is asked of its people at the second step; null if it asks nothing of its own.
    requirement: Option<Requirement>,
}

impl From<GroupView> for Group {
    fn from(view: GroupView) -> Self {
        Self {
            id: view.group.id.0,
            parent: view.group.parent.map(|parent| parent.0),
            name: view.group.name,
            path: view.path,
            depth: view.depth,
            people: view.people,
            requirement: view.group.requirement.map(Requirement::from),
        }
    }
}

/// A group to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewGroup {
    #[schema(example = "Accounts payable")]
    name: String,
    /// The group that holds it; null or absent for the top.
    #[serde(default)]
    parent: Option<Uuid>,
}

/// What to change of a group; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GroupChanges {
    #[schema(example = "Accounts receivable")]
    name: Option<String>,
    /// The group that holds it from now on; null for the top.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    parent: Place,
}

/// Where a group goes.
#[derive(Default, Deserialize)]
#[serde(from = "Option<Uuid>")]
enum Place {
    #[default]
    AsItIs,
    Top,
    Below(GroupId),
}

impl From<Option<Uuid>> for Place {
    fn from(id: Option<Uuid>) -> Self {
        id.map_or(Self::Top, |id| Self::Below(GroupId(id)))
    }
}

impl Place {
    fn or(self, before: Option<GroupId>) -> Option<GroupId> {
        match self {
            Self::AsItIs => before,
            Self::Top => None,
            Self::Below(id) => Some(id),
        }
    }
}

/// A person's place in the tree.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPlace {
    /// Null for no group.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    group: Option<Uuid>,
}

/// List the tree of groups, each below the one that holds it
#[utoipa::path(get, path = "/api/v2/groups", tag = "Groups", responses((status = OK, body = List<Group>), Problems))]
async fn list(State(web): State<Web>, program: Program) -> Answer<Json<List<Group>>> {
    Ok(List::whole(
        web.gate.read(&program.caller, ListGroups).await?,
        Group::from,
    ))
}

/// Add a group
#[utoipa::path(post, path = "/api/v2/groups", tag = "Groups", request_body = NewGroup,
    responses((status = CREATED, body = Made), Problems))]
async fn add(State(web): State<Web>, program: Program, Body(new): Body<NewGroup>) -> Answer {
    let operation = Add {
        name: new.name,
        parent: new.parent.map(GroupId),
    };
    let id = web.gate.write(&program.caller, operation).await?;
    Ok(made("groups", id.0))
}

/// Find one group
#[utoipa::path(get, path = "/api/v2/groups/{id}", tag = "Groups", params(("id" = Uuid, Path)),
    responses((status = OK, body = Group), Problems))]
async fn find(State(web): State<Web>, program: Program, Path(id): Path<Uuid>) -> Answer<Json<Group>> {
    let operation = Find { id: GroupId(id) };
    Ok(Json(web.gate.read(&program.caller, operation).await?.into()))
}

/// Change a group's name or its place in the tree
#[utoipa::path(patch, path = "/api/v2/groups/{id}", tag = "Groups", params(("id" = Uuid, Path)),
    request_body = GroupChanges, responses((status = NO_CONTENT), Problems))]
async fn change(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
    Body(changes): Body<GroupChanges>,
) -> Answer<StatusCode> {
    let id = GroupId(id);
    let before = web.gate.read(&program.caller, Find { id }).await?.group;
    let operation = Change {
        id,
        name: changes.name.unwrap_or(before.name),
        parent: changes.parent.or(before.parent),
    };
    web.gate.write(&program.caller, operation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Delete an empty group
#[utoipa::path(delete, path = "/api/v2/groups/{id}", tag = "Groups", params(("id" = Uuid, Path)),
    responses((status = NO_CONTENT), Problems))]
async fn delete(State(web): State<Web>, program: Program, Path(id): Path<Uuid>) -> Answer<StatusCode> {
    let operation = Delete { id: GroupId(id) };
    web.gate.write(&program.caller, operation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give a person another place in the tree, or none
#[utoipa::path(put, path = "/api/v2/users/{id}/group", tag = "Groups", params(("id" = Uuid, Path)),
    request_body = NewPlace, responses((status = NO_CONTENT), Problems))]
async fn move_person(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
    Body(place): Body<NewPlace>,
) -> Answer<StatusCode> {
    let operation = MovePerson {
        id: UserId(id),
        group: place.group.map(GroupId),
    };
    web.gate.write(&program.caller, operation).await?;
    Ok(StatusCode::NO_CONTENT)
}
