use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;

use crate::answer::{Failure, Problem};
use crate::{Web, api, assets, branding, envelope, hooks, look, pages};

const LARGEST_BODY: usize = 1024 * 1024;

/// Everything the product answers over HTTP.
pub fn router(web: Web) -> Router {
    Router::new()
        .merge(pages::router().layer(from_fn_with_state(web.clone(), look::refresh)))
        .merge(api::router())
        .merge(assets::router())
        .merge(branding::router())
        .merge(hooks::router())
        .route("/healthz", get(async || "ok"))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(web.clone(), envelope::wrap))
        .with_state(web)
}

/// What the panic says goes to the log by the panic hook, never to the client.
fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    Failure::from(Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR)).into_response()
}
