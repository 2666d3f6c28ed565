use axum::Json;
use axum::extract::{Path, State};
use portcullis_model::{AccountId, Secret};
use portcullis_ops::accounts::{History, RestoreVersion, RevealPassword, SetPassword, VersionView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::Web;
use crate::answer::Answer;
use crate::api::body::Body;
use crate::api::document::Problems;
use crate::api::shapes::{List, MadeVersion, Password, Reason};
use crate::session::Program;

pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(reveal))
        .routes(routes!(set))
        .routes(routes!(versions))
        .routes(routes!(restore_version))
}

/// Why a password is revealed, and which.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reveal {
    #[serde(default)]
    #[schema(example = "INC-2041")]
    reason: String,
    /// An earlier version; the current one if left out.
    version: Option<u32>,
}

/// A password that replaces the current one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    /// Left out or null: one is generated that follows the policy.
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Secret>,
    #[serde(default)]
    #[schema(example = "INC-2041")]
    reason: String,
}

/// One password that an account has or had; never the password itself.
#[derive(Serialize, ToSchema)]
struct Version {
    number: u32,
    /// RFC 3339, UTC.
    created_at: String,
    created_by: String,
    /// How it came: `typed`, `generated` or `restored`.
    origin: &'static str,
    current: bool,
    complies: bool,
}

impl From<VersionView> for Version {
    fn from(view: VersionView) -> Self {
        Self {
            number: view.number,
            created_at: view.created_at.to_string(),
            created_by: view.created_by,
            origin: view.origin.word(),
            current: view.current,
            complies: view.complies,
        }
    }
}

/// Reveal a password; recorded before you get it
#[utoipa::path(post, path = "/api/v2/accounts/{id}/reveal", tag = "Accounts", params(("id" = Uuid, Path)),
    request_body = Reveal, responses((status = OK, body = Password), Problems))]
async fn reveal(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
    Body(asked): Body<Reveal>,
) -> Answer<Json<Password>> {
    let operation = RevealPassword {
        id: AccountId(id),
        version: asked.version,
        reason: asked.reason,
    };
    let password = web.gate.read(&program.caller, operation).await?;
    Ok(Json(Password {
        password: password.expose().to_owned(),
    }))
}

/// Set or generate a new password
#[utoipa::path(put, path = "/api/v2/accounts/{id}/password", tag = "Accounts", params(("id" = Uuid, Path)),
    request_body = NewPassword, responses((status = OK, body = MadeVersion), Problems))]
async fn set(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
    Body(new): Body<NewPassword>,
) -> Answer<Json<MadeVersion>> {
    let operation = SetPassword {
        id: AccountId(id),
        password: new.password,
        reason: new.reason,
    };
    Ok(Json(MadeVersion {
        version: web.gate.write(&program.caller, operation).await?,
    }))
}

/// List the versions of a password
#[utoipa::path(get, path = "/api/v2/accounts/{id}/versions", tag = "Accounts", params(("id" = Uuid, Path)),
    responses((status = OK, body = List<Version>), Problems))]
async fn versions(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
) -> Answer<Json<List<Version>>> {
    let versions = web
        .gate
        .read(&program.caller, History { id: AccountId(id) })
        .await?;
    Ok(List::whole(versions, Version::from))
}

/// Make an earlier password the current one again
#[utoipa::path(post, path = "/api/v2/accounts/{id}/versions/{number}/restore", tag = "Accounts",
    params(("id" = Uuid, Path), ("number" = u32, Path)), request_body = Reason,
    responses((status = OK, body = MadeVersion), Problems))]
async fn restore_version(
    State(web): State<Web>,
    program: Program,
    Path((id, number)): Path<(Uuid, u32)>,
    Body(asked): Body<Reason>,
) -> Answer<Json<MadeVersion>> {
    let operation = RestoreVersion {
        id: AccountId(id),
        number,
        reason: asked.reason,
    };
    Ok(Json(MadeVersion {
        version: web.gate.write(&program.caller, operation).await?,
    }))
}
