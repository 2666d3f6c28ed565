use axum::Json;
use axum::extract::{Path, State};
use portcullis_model::{UserId, browser_name};
use portcullis_ops::browsers::{BrowserView, ForgetAllOf, ListOf};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::Web;
use crate::answer::Answer;
use crate::api::document::Problems;
use crate::session::Program;

pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(list, forget))
}

/// The browsers in which a person is not asked for the second step.
#[derive(Serialize, ToSchema)]
struct RememberedBrowsers {
    items: Vec<RememberedBrowser>,
}

/// A browser in which a person is not asked for the second step.
#[derive(Serialize, ToSchema)]
struct RememberedBrowser {
    id: Uuid,
    #[schema(example = "Firefox on Linux")]
    browser: String,
    address: String,
    /// What was proven when it was remembered.
    factor: &'static str,
    /// RFC 3339, UTC.
    since: String,
    /// RFC 3339, UTC.
    used_at: String,
    /// RFC 3339, UTC.
    until: String,
}

impl From<BrowserView> for RememberedBrowser {
    fn from(view: BrowserView) -> Self {
        Self {
            id: view.id.0,
            browser: browser_name::of(&view.agent),
            address: view.address,
            factor: view.factor.word(),
            since: view.since.to_string(),
            used_at: view.used_at.to_string(),
            until: view.until.to_string(),
        }
    }
}

/// How many browsers were forgotten.
#[derive(Serialize, ToSchema)]
struct Forgotten {
    forgotten: u64,
}

/// List the browsers in which a person is not asked for the second step
#[utoipa::path(get, path = "/api/v2/users/{id}/mfa/browsers", tag = "Second step", params(("id" = Uuid, Path)),
    responses((status = OK, body = RememberedBrowsers), Problems))]
async fn list(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
) -> Answer<Json<RememberedBrowsers>> {
    let found = web.gate.read(&program.caller, ListOf { id: UserId(id) }).await?;
    let items = found.into_iter().map(RememberedBrowser::from).collect();
    Ok(Json(RememberedBrowsers { items }))
}

/// Forget all browsers that a person is known from: the second step is asked again
#[utoipa::path(delete, path = "/api/v2/users/{id}/mfa/browsers", tag = "Second step", params(("id" = Uuid, Path)),
    responses((status = OK, body = Forgotten), Problems))]
async fn forget(State(web): State<Web>, program: Program, Path(id): Path<Uuid>) -> Answer<Json<Forgotten>> {
    let operation = ForgetAllOf { id: UserId(id) };
    let forgotten = web.gate.write(&program.caller, operation).await?;
    Ok(Json(Forgotten { forgotten }))
}
