//! The only crate that speaks SQL. Rows never leave it; callers get model types and the structs below.

mod connection;
mod error;
mod migrate;
mod postgres;
mod row;
mod search;
mod sqlite;

pub mod accounts;
pub mod audit;
pub mod branding;
pub mod browsers;
pub mod calls;
pub mod factors;
pub mod grants;
pub mod guesses;
pub mod home;
pub mod install;
pub mod invitations;
pub mod keks;
pub mod key_rotations;
pub mod logins;
pub mod logos;
pub mod outbox;
pub mod password_resets;
pub mod people_groups;
pub mod policy_changes;
pub mod policy_reports;
pub mod privacy;
pub mod prompts;
pub mod recovery_requests;
pub mod resources;
pub mod saved_filters;
pub mod sealed;
pub mod sessions;
pub mod settings;
pub mod sign_in_events;
pub mod switched_off;
pub mod tokens;
pub mod trash;
pub mod users;
pub mod versions;

pub use connection::{Snapshot, Store, Tx};
pub use error::StoreError;
pub use migrate::SCHEMA_VERSION;
