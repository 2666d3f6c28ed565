use axum::Json;
use axum::extract::State;
use portcullis_ops::keys::{KeyStatus, Status};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::document::Problems;
use super::shapes::List;
use crate::Web;
use crate::answer::Answer;
use crate::session::Program;

pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(list))
}

/// One version of a key that wraps the keys of values.
#[derive(Serialize, ToSchema)]
struct Key {
    purpose: String,
    version: u32,
    /// RFC 3339, UTC.
    created_at: String,
    /// How many values depend on it.
    values: u64,
    state: String,
}

impl From<KeyStatus> for Key {
    fn from(status: KeyStatus) -> Self {
        Self {
            purpose: status.purpose,
            version: status.version,
            created_at: status.created_at.to_string(),
            values: status.values,
            state: status.state,
        }
    }
}

/// List the keys and how many values depend on each
#[utoipa::path(get, path = "/api/v2/keys", tag = "Keys", responses((status = OK, body = List<Key>), Problems))]
async fn list(State(web): State<Web>, program: Program) -> Answer<Json<List<Key>>> {
    Ok(List::whole(
        web.gate.read(&program.caller, Status).await?,
        Key::from,
    ))
}
