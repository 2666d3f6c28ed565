//! The web console and the REST API: thin translations to and from operations.

mod answer;
mod api;
mod assets;
mod branding;
mod cookies;
mod csrf;
mod csv;
mod envelope;
mod filter;
mod form;
mod hooks;
mod look;
mod moment;
mod next_path;
mod notice;
mod pages;
mod rest;
mod router;
mod session;
mod shell;
mod upload;

use std::sync::Arc;

use portcullis_model::{CallHooks, Secret};

pub use look::Look;
pub use router::router;

pub(crate) use shell::icon;

/// What every handler can reach.
#[derive(Clone)]
pub struct Web {
    pub gate: portcullis_ops::Gate,
    pub base: WebSettings,
    /// Where a provider of phone calls is heard.
    pub hooks: Arc<dyn CallHooks>,
    /// Makes the name of each request.
    pub request_ids: Arc<dyn Fn() -> String + Send + Sync>,
    pub demo: Option<DemoNote>,
    /// How the pages look.
    pub look: Look,
}

/// What the console says about itself.
#[derive(Clone, Debug)]
pub struct WebSettings {
    pub site_name: String,
    /// `https://vault.example:7272`, without a slash at the end.
    pub base_url: String,
    pub version: &'static str,
}

/// How to sign in to a throw-away vault; shown before sign-in.
#[derive(Clone, Debug)]
pub struct DemoNote {
    pub username: String,
    pub password: Secret,
    /// What an authenticator app makes codes of.
    pub key: Secret,
    pub backup_code: Secret,
}

/// The network address of the client. The binary inserts it as an extension of each request.
#[derive(Clone, Debug)]
pub struct ClientAddress(pub String);
