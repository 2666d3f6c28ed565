//! What administrators set: connections, groups of people, and who must prove what at sign-in.

mod branding;
pub(crate) mod calls;
mod groups;
mod health;
mod mail;
pub(crate) mod mfa;
mod peers;
mod phone;
mod prompts;
mod radius;
mod setting;

use axum::Router;
use axum::routing::{get, post};

use crate::Web;

pub(crate) fn router() -> Router<Web> {
    Router::new()
        .merge(mfa::router())
        .merge(branding::router())
        .merge(calls::router())
        .merge(prompts::router())
        .route("/admin/health", get(health::show))
        .route("/admin/groups", get(groups::list).post(groups::add))
        .route("/admin/groups/{id}", get(groups::edit).post(groups::save))
        .route("/admin/groups/{id}/delete", post(groups::delete))
        .route("/admin/mail", get(mail::show).post(mail::save))
        .route("/admin/mail/test", post(mail::rehearse))
        .route("/admin/mail/remove", post(mail::remove))
        .route("/admin/phone", get(phone::show).post(phone::save))
        .route("/admin/phone/remove", post(phone::remove))
        .route("/admin/radius", get(radius::show).post(radius::save))
        .route("/admin/radius/remove", post(radius::remove))
}
