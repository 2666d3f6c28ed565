//! What a person keeps for themselves: factors, sessions, password, tokens, preferences.

mod browsers;
mod confirm;
mod methods;
mod preferences;
mod security;
mod sessions;
mod tokens;

use axum::Router;
use axum::routing::{get, post};

use crate::Web;

pub(crate) fn router() -> Router<Web> {
    Router::new()
        .route("/me/security", get(security::show))
        .route("/me/security/backup-codes", post(security::regenerate))
        .route("/me/confirm", get(confirm::show).post(confirm::confirm))
        .route("/me/confirm/ask", post(confirm::ask))
        .route("/me/confirm/call", get(confirm::call))
        .route("/me/security/add", get(methods::pending).post(methods::begin))
        .route("/me/security/add/call", post(methods::call))
        .route("/me/security/add/confirm", post(methods::confirm))
        .route("/me/security/methods/{id}/rename", post(methods::rename))
        .route("/me/security/methods/{id}/remove", post(methods::remove))
        .route("/me/security/emails", post(methods::emails))
        .route("/me/security/password", post(security::change_password))
        .route("/me/security/methods/switch-on", post(methods::switch_on))
        .route("/me/browsers/{id}/forget", post(browsers::forget))
        .route("/me/browsers/forget-all", post(browsers::forget_all))
        .route("/me/sessions/{id}/end", post(sessions::end))
        .route("/me/sessions/end-all", post(sessions::end_all))
        .route("/me/preferences", get(preferences::show).post(preferences::save))
        .route("/me/tokens", get(tokens::show).post(tokens::add))
        .route("/me/tokens/{id}/revoke", post(tokens::revoke))
}
