//! Our side of the web service: place a call, hang it up, ask whether we are known.

use std::error::Error;
use std::time::Duration;

use portcullis_model::Secret;
use reqwest::redirect::Policy;
use reqwest::{Proxy, RequestBuilder, Response, StatusCode};
use serde::Deserialize;

use super::settings::{VoiceApiProblem, VoiceApiSettings};
use super::twiml::whole_seconds;
use crate::{NotReached, TrunkState, trust};

const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(10);
/// Answers are a few kilobytes.
const LONGEST: usize = 64 * 1024;
/// How often a call is hung up that the provider does not hang up.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);

/// The provider's own numbers for what is wrong with the number that is called.
const BAD_NUMBER: [u32; 4] = [21211, 21214, 21217, 21219];

pub(super) struct Client {
    http: reqwest::Client,
    account: String,
    auth_token: Secret,
    /// `…/2010-04-01/Accounts/{sid}`
    address: String,
    caller_id: String,
}

/// A call to place.
pub(super) struct NewCall {
    /// In E.164.
    pub(super) to: String,
    /// Where the provider asks what to say once somebody answers.
    pub(super) answered: String,
    /// Where it says how far the call is.
    pub(super) status: String,
    pub(super) ring: Duration,
    pub(super) longest: Duration,
    /// What is dialled after the answer, `w` being half a second.
    pub(super) extension: Option<String>,
}

/// Why a call was not placed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The provider answers, and not with a call.
    Refused {
        status: u16,
        reason: NotReached,
    },
    Silent,
    /// No connection, and why not.
    Unreachable(String),
}

/// A call, as the provider describes it.
#[derive(Deserialize)]
struct CallState {
    sid: String,
    #[serde(default)]
    status: String,
}

#[derive(Deserialize)]
struct Refusal {
    code: u32,
}

impl Client {
    pub(super) fn new(settings: &VoiceApiSettings) -> Result<Self, VoiceApiProblem> {
        let broken = |_| VoiceApiProblem::Client;
        let tls = trust::client(settings.authorities.as_deref()).map_err(|_| VoiceApiProblem::Client)?;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .https_only(true)
            .redirect(Policy::none())
            // The environment says nothing here: a proxy is a setting.
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .user_agent("Portcullis");
        if let Some(proxy) = &settings.proxy {
            let address = proxy.address().ok_or(VoiceApiProblem::Proxy)?;
            builder = builder.proxy(Proxy::all(address).map_err(broken)?);
        }
        let base = settings.base().ok_or(VoiceApiProblem::BaseUrl)?;
        let base = base.as_str().trim_end_matches('/');
        Ok(Self {
            http: builder.build().map_err(broken)?,
            account: settings.account.clone(),
            auth_token: settings.auth_token.clone(),
            address: format!("{base}/2010-04-01/Accounts/{}", settings.account),
            caller_id: settings.caller_id.clone(),
        })
    }

    /// Asks for a call and answers its SID.
    pub(super) async fn place(&self, call: &NewCall) -> Result<String, Failure> {
        let ring = whole_seconds(call.ring).to_string();
        let longest = whole_seconds(call.longest).to_string();
        let mut form = vec![
            ("To", call.to.as_str()),
            ("From", self.caller_id.as_str()),
            ("Url", call.answered.as_str()),
            ("Method", "POST"),
            ("StatusCallback", call.status.as_str()),
            ("StatusCallbackMethod", "POST"),
            ("StatusCallbackEvent", "initiated"),
            ("StatusCallbackEvent", "ringing"),
            ("StatusCallbackEvent", "answered"),
            ("StatusCallbackEvent", "completed"),
            ("Timeout", ring.as_str()),
            ("TimeLimit", longest.as_str()),
        ];
        if let Some(extension) = &call.extension {
            form.push(("SendDigits", extension.as_str()));
        }
        let request = self.http.post(format!("{}/Calls.json", self.address)).form(&form);
        let (status, body) = self.send(request).await?;
        let reason = match status.as_u16() {
            200..=299 => {
                let call: Option<CallState> = serde_json::from_slice(&body).ok();
                let sid = call.map(|call| call.sid).filter(|sid| is_sid(sid));
                return sid.ok_or(Failure::Refused {
                    status: status.as_u16(),
                    reason: NotReached::ProviderDown,
                });
            }
            429 => NotReached::ProviderDown,
            400..=499 => {
                let refusal: Option<Refusal> = serde_json::from_slice(&body).ok();
                match refusal {
                    Some(refusal) if BAD_NUMBER.contains(&refusal.code) => NotReached::InvalidNumber,
                    _ => NotReached::ProviderRefused,
                }
            }
            _ => NotReached::ProviderDown,
        };
        Err(Failure::Refused {
            status: status.as_u16(),
            reason,
        })
    }

    /// Puts a call into the first of these states that ends it. Says whether it ended.
    pub(super) async fn hang_up(&self, sid: &str, states: &[&str]) -> bool {
        for attempt in 0..TRIES {
            if attempt != 0 {
                tokio::time::sleep(PAUSE).await;
            }
            for state in states {
                if self.put_into(sid, state).await.is_some_and(|now| is_over(&now)) {
                    return true;
                }
            }
        }
        false
    }

    async fn put_into(&self, sid: &str, state: &str) -> Option<String> {
        let address = format!("{}/Calls/{sid}.json", self.address);
        let request = self.http.post(address).form(&[("Status", state)]);
        let (status, body) = self.send(request).await.ok()?;
        match status.as_u16() {
            200..=299 => serde_json::from_slice::<CallState>(&body)
                .ok()
                .map(|call| call.status),
            // It is gone already.
            404 => Some("completed".to_owned()),
            _ => None,
        }
    }

    /// Whether the provider answers and knows us.
    pub(super) async fn ask_whether_well(&self) -> TrunkState {
        match self.send(self.http.get(format!("{}.json", self.address))).await {
            Ok((status, _)) if status.is_success() => TrunkState::Well,
            Ok((status, _)) => TrunkState::Refuses(status.as_u16()),
            Err(failure) => failure.state(),
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), Failure> {
        let request = request.basic_auth(&self.account, Some(self.auth_token.expose()));
        let answer = request.send().await.map_err(|error| Failure::of(&error))?;
        let status = answer.status();
        Ok((status, body(answer).await?))
    }
}

async fn body(mut answer: Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| Failure::of(&error))? {
        if LONGEST < body.len() + chunk.len() {
            return Err(Failure::Unreachable("its answer is too long".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn is_sid(sid: &str) -> bool {
    (1..=64).contains(&sid.len())
        && sid
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_over(status: &str) -> bool {
    matches!(status, "completed" | "canceled" | "busy" | "failed" | "no-answer")
}

impl Failure {
    fn of(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Silent;
        }
        // The innermost cause says it, and leaves out the address with its account.
        let mut cause: Option<&dyn Error> = error.source();
        while let Some(deeper) = cause.and_then(Error::source) {
            cause = Some(deeper);
        }
        let why = cause.map_or_else(|| "no answer that can be read".to_owned(), ToString::to_string);
        Self::Unreachable(why)
    }

    pub(super) fn reason(&self) -> NotReached {
        match self {
            Self::Refused { reason, .. } => *reason,
            Self::Silent | Self::Unreachable(_) => NotReached::ProviderDown,
        }
    }

    /// How the provider is, from what it did. A number that it does not call says nothing about it.
    pub(super) fn state(&self) -> TrunkState {
        match self {
            Self::Refused {
                reason: NotReached::InvalidNumber,
                ..
            } => TrunkState::Well,
            Self::Refused { status, .. } => TrunkState::Refuses(*status),
            Self::Silent => TrunkState::Silent,
            Self::Unreachable(why) => TrunkState::unreachable(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_named_by_what_can_stand_in_a_path() {
        assert!(is_sid("CA0123456789abcdef"));
        for sid in ["", "../../x", "CA 1", "CA?x"] {
            assert!(!is_sid(sid), "{sid}");
        }
    }
}
