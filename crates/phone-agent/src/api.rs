//! What the server asks the agent. Every answer to somebody who knows the password is sealed with what it answers.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use percent_encoding::percent_decode_str;
use portcullis_crypto::{Exchanged, Pairing, equal};
use portcullis_model::{
    AGENT_NONCE, AGENT_SEAL, AgentCall, AgentGrant, AgentHealth, AgentPerson, AgentTrunk,
};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::Agent;
use crate::agent::AgentError;

/// What is asked is far shorter.
const LONGEST: usize = 16 * 1024;
/// How long a question that waits for news may wait.
const PATIENCE: Duration = Duration::from_secs(4);

/// The agent as a web service. It has to be served over TLS.
pub fn router(agent: Arc<Agent>) -> Router {
    Router::new().fallback(answer).with_state(agent)
}

/// An answer before it is sealed.
struct Answer {
    status: StatusCode,
    body: Vec<u8>,
}

impl Answer {
    fn of(value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self {
                status: StatusCode::OK,
                body,
            },
            Err(_) => Self::problem(StatusCode::INTERNAL_SERVER_ERROR, "the answer cannot be written"),
        }
    }

    fn found<T: Serialize>(value: Option<T>) -> Self {
        value.map_or_else(
            || Self::problem(StatusCode::NOT_FOUND, "there is no such call"),
            |value| Self::of(&value),
        )
    }

    fn problem(status: StatusCode, problem: &str) -> Self {
        Self {
            status,
            body: json!({ "problem": problem }).to_string().into_bytes(),
        }
    }
}

async fn answer(State(agent): State<Arc<Agent>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(pairing) = admitted(&agent, &parts) else {
        return (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, "Basic realm=\"phone agent\"")],
        )
            .into_response();
    };
    let Ok(body) = to_bytes(body, LONGEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let nonce = text(&parts, AGENT_NONCE).to_owned();
    let answered = if nonce.is_empty() {
        Answer::problem(StatusCode::BAD_REQUEST, "a nonce is missing")
    } else {
        match route(&agent, &parts, &body).await {
            Ok(answered) => answered,
            Err(error) => {
                tracing::error!(%error, "a question could not be answered");
                Answer::problem(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "the agent cannot answer at the moment",
                )
            }
        }
    };
    sealed(&pairing, &parts, &nonce, &body, answered)
}

fn sealed(pairing: &Pairing, parts: &Parts, nonce: &str, request: &Bytes, answered: Answer) -> Response {
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let seal = pairing.seal(&Exchanged {
        method: parts.method.as_str(),
        target,
        nonce,
        request,
        status: answered.status.as_u16(),
        answer: &answered.body,
    });
    let mut response = Response::new(Body::from(answered.body));
    *response.status_mut() = answered.status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(seal) = HeaderValue::from_str(&seal) {
        headers.insert(AGENT_SEAL, seal);
    }
    response
}

/// Whoever knows the user name and the password. The password has 150 random bits: there is nothing to guess.
fn admitted(agent: &Agent, parts: &Parts) -> Option<Pairing> {
    let (username, pairing) = agent.pairing().ok()?;
    let given = text(parts, "authorization").strip_prefix("Basic ")?;
    let given = BASE64.decode(given.as_bytes()).ok()?;
    let expected = format!("{username}:{}", pairing.login().expose());
    if equal(&given, expected.as_bytes()) {
        Some(pairing)
    } else {
        tracing::warn!("somebody asked with a wrong user name or password");
        None
    }
}

fn text<'a>(parts: &'a Parts, name: &str) -> &'a str {
    parts
        .headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

async fn route(agent: &Arc<Agent>, parts: &Parts, body: &Bytes) -> Result<Answer, AgentError> {
    let segments: Vec<&str> = parts.uri.path().trim_start_matches('/').split('/').collect();
    let call = |id: &str| id.parse::<Uuid>().unwrap_or_default();
    Ok(match (&parts.method, segments.as_slice()) {
        (&Method::POST, ["v1", "calls"]) => match serde_json::from_slice::<AgentCall>(body) {
            Ok(call) => Answer::of(&agent.begin(&call, body)?),
            Err(_) => Answer::problem(StatusCode::BAD_REQUEST, "the call cannot be read"),
        },
        (&Method::GET, ["v1", "calls", id]) => {
            let seen = parts.uri.query().and_then(|query| query.strip_prefix("seen="));
            Answer::found(agent.news(call(id), seen.unwrap_or_default(), PATIENCE).await?)
        }
        (&Method::POST, ["v1", "calls", id, "take"]) => {
            let id = call(id);
            Answer::found(
                agent
                    .take(id)?
                    .map(|(request, granted)| AgentGrant { id, request, granted }),
            )
        }
        (&Method::POST, ["v1", "calls", id, "cancel"]) => Answer::found(agent.cancel(call(id))?),
        (&Method::GET, ["v1", "people", name]) => {
            Answer::of(&person(agent, &percent_decode_str(name).decode_utf8_lossy())?)
        }
        (&Method::GET, ["v1", "health"]) => Answer::of(&health(agent)?),
        _ => Answer::problem(StatusCode::NOT_FOUND, "there is no such address"),
    })
}

fn person(agent: &Agent, name: &str) -> Result<AgentPerson, AgentError> {
    let now = agent.now();
    Ok(match agent.person(name)? {
        None => AgentPerson {
            is_known: false,
            masked: String::new(),
            has_pin: false,
            is_blocked: false,
        },
        Some(stored) => AgentPerson {
            is_known: true,
            masked: stored.person.masked(),
            has_pin: stored.person.has_pin(),
            is_blocked: stored.person.blocked.is_some() || stored.person.locked_until(now).is_some(),
        },
    })
}

fn health(agent: &Agent) -> Result<AgentHealth, AgentError> {
    let trunks = match agent.exchange.backend(&agent.settings()?) {
        Ok(backend) => backend.health(),
        Err(problem) => {
            return Ok(AgentHealth {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                people: agent.store().count_people()?,
                trunks: vec![AgentTrunk {
                    name: "Trunks".to_owned(),
                    is_well: Some(false),
                    problem,
                }],
            });
        }
    };
    Ok(AgentHealth {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        people: agent.store().count_people()?,
        trunks: trunks
            .into_iter()
            .map(|trunk| {
                let (is_well, problem) = trunk.state.told();
                AgentTrunk {
                    name: trunk.name,
                    is_well,
                    problem,
                }
            })
            .collect(),
    })
}
