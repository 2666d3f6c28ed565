//! The REST API, one file per collection. Its description is generated from the handlers.

mod accounts;
mod activity;
mod audit;
mod body;
mod branding;
mod calls;
mod document;
mod grants;
mod groups;
mod health;
mod keys;
mod me;
mod mfa;
mod passwords;
mod policies;
mod prompts;
mod recovery;
mod resources;
mod settings;
mod shapes;
mod users;
mod words;

use std::sync::LazyLock;

use axum::Router;
use axum::response::Json;
use axum::routing::get;
use serde_json::Value;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::Web;

/// The description of the whole API, in `OpenAPI` 3.1.
pub(crate) static DESCRIPTION: LazyLock<Value> =
    LazyLock::new(|| serde_json::to_value(parts().1).expect("a description is JSON"));

pub(crate) fn router() -> Router<Web> {
    parts()
        .0
        .route("/api/v2/openapi.json", get(async || Json(&*DESCRIPTION)))
}

fn parts() -> (Router<Web>, OpenApi) {
    OpenApiRouter::with_openapi(document::base())
        .merge(me::router())
        .merge(resources::router())
        .merge(accounts::router())
        .merge(users::router())
        .merge(groups::router())
        .merge(mfa::router())
        .merge(recovery::router())
        .merge(settings::router())
        .merge(calls::router())
        .merge(audit::router())
        .merge(activity::router())
        .merge(branding::router())
        .merge(health::router())
        .merge(policies::router())
        .merge(prompts::router())
        .merge(passwords::router())
        .merge(keys::router())
        .split_for_parts()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_is_openapi_31_and_knows_every_collection() {
        let description = &*DESCRIPTION;

        assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
        for path in [
            "/api/v2/me",
            "/api/v2/accounts/{id}/reveal",
            "/api/v2/resources/{id}/grants/{user}",
            "/api/v2/groups/{id}",
            "/api/v2/mfa/changes/{id}/undo",
            "/api/v2/settings/{connection}",
        ] {
            assert!(description["paths"][path].is_object(), "{path} is missing");
        }
        assert!(description["components"]["schemas"]["Problem"].is_object());
    }
}
