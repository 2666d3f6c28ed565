//! One account: its password, who may use it, its history, and what was done with it.

mod change;
mod password;
mod share;
mod show;

use axum::Router;
use axum::routing::{get, post};

use crate::Web;

pub(crate) fn router() -> Router<Web> {
    Router::new()
        .route("/passwords/new", get(change::new).post(change::add))
        .route("/accounts/{id}", get(show::show))
        .route("/accounts/{id}/reveal", post(password::reveal))
        .route("/accounts/{id}/copy", post(password::copy))
        .route("/accounts/{id}/password", post(password::set))
        .route(
            "/accounts/{id}/versions/{number}/reveal",
            post(password::reveal_version),
        )
        .route(
            "/accounts/{id}/versions/{number}/restore",
            post(password::restore_version),
        )
        .route("/accounts/{id}/share", post(share::share))
        .route("/accounts/{id}/unshare", post(share::unshare))
        .route("/accounts/{id}/edit", get(change::edit).post(change::save))
        .route("/accounts/{id}/delete", post(change::delete))
        .route("/accounts/{id}/restore", post(change::restore))
}
