//! The screens of the console, one file each.

mod accounts;
pub(crate) mod activity;
pub(crate) mod admin;
mod attributes;
pub(crate) mod audit;
mod backup_codes;
mod browser;
pub(crate) mod calling;
mod enrolment;
pub(crate) mod error;
mod grants;
mod help;
mod home;
mod keys;
mod me;
mod passwords;
mod phone;
mod policy;
mod privacy;
mod resources;
mod search;
mod setup;
mod shortcuts;
mod sign_in;
mod trash;
mod users;

use axum::Router;

use crate::Web;

pub(crate) fn router() -> Router<Web> {
    Router::new()
        .merge(accounts::router())
        .merge(activity::router())
        .merge(admin::router())
        .merge(audit::router())
        .merge(help::router())
        .merge(home::router())
        .merge(keys::router())
        .merge(me::router())
        .merge(passwords::router())
        .merge(privacy::router())
        .merge(resources::router())
        .merge(search::router())
        .merge(setup::router())
        .merge(shortcuts::router())
        .merge(sign_in::router())
        .merge(trash::router())
        .merge(users::router())
}
