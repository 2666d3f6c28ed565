use std::time::Duration;

use axum::body::Body as Bytes;
use axum::http::request::Builder;
use axum::http::{Request, header};
use portcullis_ops::{branding, mfa_policy, settings};
use portcullis_testkit::Person;

use super::callers::{Caller, Credential};
use super::route::{Body, Door, Route};
use super::stage::Stage;
use crate::branding::PIXEL;
use crate::browser::encode;

/// What the `{…}` of a route stand for.
pub(super) struct Values(Vec<(&'static str, String)>);

impl Values {
    pub(super) async fn of(stage: &mut Stage, route: &Route, caller: &Caller) -> Self {
        let whose = caller.person.clone().unwrap_or_else(|| stage.owner.clone());
        if route.path.starts_with("/sign-in/passkey") {
            stage.allow_passkeys().await;
        }
        let id = stage.thing(route.on, &whose).await;
        let unique = stage.things.unique();
        let mut values = Self(vec![
            ("{id}", id),
            ("{number}", "1".to_owned()),
            ("{name}", file_of(stage, route).await),
            ("{user}", stage.guest.id.to_string()),
            ("{username}", stage.guest.username.clone()),
            ("{unique}", unique),
            ("{password}", whose.password.expose().to_owned()),
        ]);
        values.0.push(("{group}", stage.group.to_string()));
        values.0.push(("{connection}", "mail".to_owned()));
        values.0.push(("{method}", "totp".to_owned()));
        values.0.push(("{language}", "de".to_owned()));
        values.0.push(("{prompt}", "thanks".to_owned()));
        // A number stands in quotes in the table, because bodies there are JSON; it is sent without them.
        let (version, revision) = numbers(stage).await;
        values.0.push(("\"{version}\"", version.to_string()));
        values.0.push(("\"{revision}\"", revision.to_string()));
        values.0.push(("{revision}", revision.to_string()));
        values.0.push(("{version}", version.to_string()));
        values.0.push(("{mail}", revision.to_string()));
        let branding = branding_version(stage).await;
        values.0.push(("\"{branding}\"", branding.to_string()));
        values.0.push(("{branding}", branding.to_string()));
        let radius = revision_of(stage, settings::Connection::Radius).await;
        values.0.push(("{radius}", radius.to_string()));
        if wants_code(route) {
            values.0.push(("{code}", fresh_code(stage, &whose)));
        }
        values
    }

    pub(super) fn id(&self) -> &str {
        &self.0[0].1
    }

    /// The same with another id.
    pub(super) fn with_id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.0[0].1);
        self
    }

    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, value.to_owned()));
        self
    }

    pub(super) fn fill(&self, text: &str) -> String {
        self.0
            .iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }
}

/// The version of the policy and the revision of the mail settings.
async fn numbers(stage: &Stage) -> (i64, i64) {
    let (gate, by) = (&stage.world.gate, &stage.administrator.caller);
    let policy = gate.read(by, mfa_policy::Find).await.unwrap();
    (
        policy.version,
        revision_of(stage, settings::Connection::Mail).await,
    )
}

/// The name of a file that is there.
async fn file_of(stage: &Stage, route: &Route) -> String {
    match route.path {
        "/branding/accent/{name}" => "7a1fa2-e1b3ff.css".to_owned(),
        "/branding/logo/{name}" => {
            let file = PIXEL.to_vec();
            let add = branding::AddLogo { file };
            let logo = stage.world.gate.remote(&stage.world.console(), add).await;
            format!("{}.png", logo.unwrap().id)
        }
        _ => "app.css".to_owned(),
    }
}

async fn branding_version(stage: &Stage) -> i64 {
    let console = stage.world.console();
    let found = stage.world.gate.read(&console, branding::Find).await.unwrap();
    found.version
}

/// What a form of a connection shows in its hidden field.
async fn revision_of(stage: &Stage, connection: settings::Connection) -> i64 {
    let console = stage.world.console();
    let find = settings::Find { connection };
    let found = stage.world.gate.read(&console, find).await.unwrap();
    found.map_or(0, |found| found.revision)
}

fn wants_code(route: &Route) -> bool {
    matches!(route.body, Body::Form(fields) if fields.iter().any(|(_, value)| *value == "{code}"))
}

/// A code of their app that was never used.
fn fresh_code(stage: &Stage, person: &Person) -> String {
    stage.world.clock.advance(Duration::from_secs(30));
    person.code(&stage.world).expose().to_owned()
}

/// The path with its query.
pub(super) fn address(route: &Route, values: &Values) -> String {
    let path = values.fill(route.path);
    if route.query.is_empty() {
        return path;
    }
    format!("{path}?{}", values.fill(route.query))
}

/// The body as the route takes it, and its content type.
pub(super) fn body(route: &Route, values: &Values, caller: &Caller) -> (String, &'static str) {
    match route.body {
        Body::Json(text) => (values.fill(text), "application/json"),
        Body::Form(fields) => {
            let fields: Vec<(String, String)> = fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), values.fill(value)))
                .collect();
            (form(&fields, caller), FORM)
        }
        Body::None if route.door == Door::Token => (String::new(), "application/json"),
        Body::None => (String::new(), FORM),
    }
}

pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// Writes fields as a form, with the hidden one that belongs to the caller's session.
pub(super) fn form(fields: &[(String, String)], caller: &Caller) -> String {
    let hidden = match &caller.shows {
        Credential::Session(token) => Some(("csrf".to_owned(), portcullis_ops::csrf_token(token.expose()))),
        _ => None,
    };
    let pairs: Vec<String> = fields
        .iter()
        .chain(hidden.as_ref())
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    pairs.join("&")
}

/// A request of this caller without a body, as browsers and programs send it.
pub(super) fn from(caller: &Caller, method: &str, address: &str) -> Builder {
    let request = Request::builder()
        .method(method)
        .uri(address)
        .header(header::HOST, "vault.example");
    match &caller.shows {
        Credential::Bearer(token) => request
            .header(header::AUTHORIZATION, format!("Bearer {}", token.expose()))
            .header(header::ORIGIN, "https://vault.example"),
        Credential::Login(token) => with_cookie(request, "login", token.expose()),
        Credential::Session(token) => with_cookie(request, "session", token.expose()),
        Credential::Nothing => request.header(header::ORIGIN, "https://vault.example"),
    }
}

fn with_cookie(request: Builder, name: &str, token: &str) -> Builder {
    request
        .header(header::COOKIE, format!("__Host-portcullis_{name}={token}"))
        .header(header::ORIGIN, "https://vault.example")
}

pub(super) fn good(route: &Route, values: &Values, caller: &Caller) -> Request<Bytes> {
    let (body, kind) = body(route, values, caller);
    from(caller, route.method, &address(route, values))
        .header(header::CONTENT_TYPE, kind)
        .body(Bytes::from(body))
        .unwrap()
}
