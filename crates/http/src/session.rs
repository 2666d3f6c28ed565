use axum::extract::FromRequestParts;
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use portcullis_model::{Caller, Door, Secret, SystemRight};
use portcullis_ops::OpError;
use portcullis_ops::identify::{self, Me, Session};

use crate::answer::{Failure, Problem};
use crate::envelope::RequestId;
use crate::{ClientAddress, Web, cookies};

/// Anybody, signed in or not.
pub(crate) struct Visitor {
    pub caller: Caller,
    /// The browser, as it calls itself.
    pub agent: String,
    pub login: Option<Secret>,
    /// The token of a passkey that was asked for.
    pub passkey: Option<Secret>,
    /// What people are known by in this browser.
    pub browser: Option<Secret>,
    pub has_session: bool,
}

impl Visitor {
    /// The token of the unfinished sign-in.
    pub(crate) fn login(&self) -> Result<Secret, Problem> {
        self.login.clone().ok_or_else(|| Problem::from(OpError::Expired))
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let (address, request) = origin(parts);
        Ok(Self {
            caller: Caller::anonymous(Door::Web, address, request),
            agent: agent(&parts.headers),
            login: cookies::find(&parts.headers, cookies::LOGIN),
            passkey: cookies::find(&parts.headers, cookies::PASSKEY),
            browser: cookies::find(&parts.headers, cookies::BROWSER),
            has_session: cookies::find(&parts.headers, cookies::SESSION).is_some(),
        })
    }
}

/// A signed-in person at a browser. A handler that takes one cannot be reached without a session.
pub(crate) struct SignedIn {
    pub caller: Caller,
    pub me: Me,
    /// Proves that a form was rendered for this session.
    pub csrf: String,
}

impl SignedIn {
    /// Keeps a form from those who could not send it.
    pub(crate) fn needs(&self, right: SystemRight) -> Result<(), OpError> {
        if self.me.role.has(right) {
            Ok(())
        } else {
            Err(OpError::Denied)
        }
    }
}

impl FromRequestParts<Web> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        let token = cookies::find(&parts.headers, cookies::SESSION).ok_or_else(Problem::unauthenticated)?;
        let (address, request) = origin(parts);
        let csrf = portcullis_ops::csrf_token(token.expose());
        let person = match identify::session(&web.gate, &token, &address, &request).await? {
            Session::Alive(person) if person.privacy_due && !may_wait(parts.uri.path()) => {
                return Err(Problem::privacy().into());
            }
            Session::Alive(person) => person,
            Session::Idle(limit) => return Err(Problem::idle(limit).into()),
            Session::Reported => return Err(Problem::reported().into()),
            Session::Over => return Err(Problem::unauthenticated().into()),
        };
        Ok(Self {
            caller: person.caller,
            me: person.me,
            csrf,
        })
    }
}

/// What works before the privacy text is accepted: reading it, accepting it, and leaving.
fn may_wait(path: &str) -> bool {
    matches!(path, "/privacy" | "/sign-out")
}

/// A program with a personal token. Browser sessions do not open the API.
pub(crate) struct Program {
    pub caller: Caller,
    pub me: Me,
}

impl FromRequestParts<Web> for Program {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        let token = bearer(&parts.headers).ok_or_else(Problem::unauthenticated)?;
        let (address, request) = origin(parts);
        let person = identify::token(&web.gate, &token, &address, &request)
            .await?
            .ok_or_else(Problem::unauthenticated)?;
        Ok(Self {
            caller: person.caller,
            me: person.me,
        })
    }
}

fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let (scheme, token) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    Some(Secret::new(token.trim()))
}

/// The client's address as the connection says it; what the client claims in headers does not count.
fn origin(parts: &Parts) -> (String, String) {
    let address = parts
        .extensions
        .get::<ClientAddress>()
        .map(|address| address.0.clone())
        .unwrap_or_default();
    let request = parts
        .extensions
        .get::<RequestId>()
        .map(|id| id.0.clone())
        .unwrap_or_default();
    (address, request)
}

fn agent(headers: &HeaderMap) -> String {
    const LONGEST: usize = 200;
    let text = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    text.chars().take(LONGEST).collect()
}

/// Tells whether a script sent the request and wants data rather than a page.
pub(crate) struct WantsJson(pub(crate) bool);

impl<S: Sync> FromRequestParts<S> for WantsJson {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        Ok(Self(crate::envelope::wants_json(&parts.headers)))
    }
}
