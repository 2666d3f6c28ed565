//! Accounts, their passwords and their versions.

mod secrets;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use portcullis_model::{AccountId, ResourceId, Secret};
use portcullis_ops::accounts::{
    AccountDetail, AccountView, Add, Change, Delete, Find, List as ListAccounts, Restore,
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
        .routes(routes!(find, change, delete))
        .routes(routes!(restore))
        .merge(secrets::router())
        .merge(grants::of_accounts())
}

/// A name and a password on a resource. The password itself is never part of it.
#[derive(Serialize, ToSchema)]
struct Account {
    id: Uuid,
    name: String,
    resource: Uuid,
    resource_name: String,
    resource_kind: String,
    owner: PersonName,
    /// What the caller may do: `view`, `modify` or `full`.
    right: &'static str,
    /// The number of the current password.
    version: u32,
    /// RFC 3339, UTC.
    password_changed_at: String,
    /// The password followed its policy when it was saved.
    complies: bool,
    /// The password is older than its policy allows.
    overdue: bool,
    /// How many people it is shared with.
    shared_with: u64,
}

impl From<AccountView> for Account {
    fn from(view: AccountView) -> Self {
        Self {
            id: view.id.0,
            name: view.name,
            resource: view.resource.0,
            resource_name: view.resource_name,
            resource_kind: view.resource_kind,
            owner: view.owner.into(),
            right: view.right.word(),
            version: view.version,
            password_changed_at: view.password_changed_at.to_string(),
            complies: view.complies,
            overdue: view.overdue,
            shared_with: view.shared_with,
        }
    }
}

/// An account with everything that is known about it.
#[derive(Serialize, ToSchema)]
struct AccountFacts {
    #[serde(flatten)]
    account: Account,
    notes: String,
    attributes: Vec<Attribute>,
    address: String,
    url: String,
    /// The name of the password policy.
    policy: String,
    /// How the password broke the policy when it was saved.
    violations: Vec<String>,
}

impl From<AccountDetail> for AccountFacts {
    fn from(detail: AccountDetail) -> Self {
        Self {
            account: detail.account.into(),
            notes: detail.notes,
            attributes: attributes(detail.attributes),
            address: detail.address,
            url: detail.url,
            policy: detail.policy.name,
            violations: detail.violations,
        }
    }
}

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    resource: Uuid,
    #[schema(example = "root")]
    name: String,
    #[serde(default)]
    notes: String,
    #[serde(default)]
    attributes: Vec<Attribute>,
    /// Left out or null: one is generated that follows the policy.
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Secret>,
}

/// The fields to change; the others stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountChange {
    name: Option<String>,
    notes: Option<String>,
    attributes: Option<Vec<Attribute>>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AccountQuery {
    /// Words that the account or its resource must hold.
    #[serde(default)]
    query: String,
    /// Only on resources of this type.
    kind: Option<String>,
    /// Only on this resource.
    resource: Option<Uuid>,
    /// `next` of the page before.
    after: Option<String>,
    /// How many items at most, 1 to 200; 50 if left out.
    size: Option<u64>,
}

/// List the accounts that you may see
#[utoipa::path(get, path = "/api/v2/accounts", tag = "Accounts", params(AccountQuery),
    responses((status = OK, body = List<Account>), Problems))]
async fn list(
    State(web): State<Web>,
    program: Program,
    Query(asked): Query<AccountQuery>,
) -> Answer<Json<List<Account>>> {
    let operation = ListAccounts {
        query: asked.query,
        kind: asked.kind,
        resource: asked.resource.map(ResourceId),
        after: asked.after,
        size: size(asked.size),
    };
    Ok(List::of(
        web.gate.read(&program.caller, operation).await?,
        Account::from,
    ))
}

/// Add an account
#[utoipa::path(post, path = "/api/v2/accounts", tag = "Accounts", request_body = NewAccount,
    responses((status = CREATED, body = Made), Problems))]
async fn add(State(web): State<Web>, program: Program, Body(new): Body<NewAccount>) -> Answer {
    let operation = Add {
        resource: ResourceId(new.resource),
        name: new.name,
        notes: new.notes,
        attributes: pairs(new.attributes),
        password: new.password,
    };
    let id = web.gate.write(&program.caller, operation).await?;
    Ok(made("accounts", id.0))
}

/// Find one account
#[utoipa::path(get, path = "/api/v2/accounts/{id}", tag = "Accounts", params(("id" = Uuid, Path)),
    responses((status = OK, body = AccountFacts), Problems))]
async fn find(State(web): State<Web>, program: Program, Path(id): Path<Uuid>) -> Answer<Json<AccountFacts>> {
    Ok(Json(
        web.gate
            .read(&program.caller, Find { id: AccountId(id) })
            .await?
            .into(),
    ))
}

/// Change some fields of an account
#[utoipa::path(patch, path = "/api/v2/accounts/{id}", tag = "Accounts", params(("id" = Uuid, Path)),
    request_body = AccountChange, responses((status = NO_CONTENT), Problems))]
async fn change(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
    Body(change): Body<AccountChange>,
) -> Answer<StatusCode> {
    let operation = Change {
        id: AccountId(id),
        name: change.name,
        notes: change.notes,
        attributes: change.attributes.map(pairs),
    };
    web.gate.write(&program.caller, operation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Move an account to the trash
#[utoipa::path(delete, path = "/api/v2/accounts/{id}", tag = "Accounts", params(("id" = Uuid, Path)),
    responses((status = NO_CONTENT), Problems))]
async fn delete(State(web): State<Web>, program: Program, Path(id): Path<Uuid>) -> Answer<StatusCode> {
    web.gate
        .write(&program.caller, Delete { id: AccountId(id) })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take an account back from the trash
#[utoipa::path(post, path = "/api/v2/accounts/{id}/restore", tag = "Accounts", params(("id" = Uuid, Path)),
    responses((status = NO_CONTENT), Problems))]
async fn restore(State(web): State<Web>, program: Program, Path(id): Path<Uuid>) -> Answer<StatusCode> {
    web.gate
        .write(&program.caller, Restore { id: AccountId(id) })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
