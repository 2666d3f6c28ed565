//! Questions to an agent, and the seal on what it answers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use data_encoding::HEXLOWER;
use portcullis_crypto::{Exchanged, Pairing};
use portcullis_model::{
    AGENT_NONCE, AGENT_SEAL, AgentCall, AgentGrant, AgentHealth, AgentPerson, AgentView, CallOutcome, Causes,
    Chance, SettingsProblem,
};
use portcullis_telephony::{PhoneAgent, certificate_problem};
use reqwest::{Certificate, Client, Method, StatusCode, redirect};
use serde::de::DeserializeOwned;
use url::Url;
use uuid::Uuid;

use super::Checked;

/// For everything but a question that waits for news.
const PATIENCE: Duration = Duration::from_secs(5);
/// A question that waits for news may take this much longer.
const WAITING: Duration = Duration::from_secs(5);
/// An answer is far shorter.
const LONGEST: usize = 64 * 1024;

/// One agent.
pub(super) struct Link {
    client: Client,
    base: Url,
    username: String,
    pairing: Pairing,
    chance: Arc<dyn Chance>,
    /// What it last said of itself, or why it did not.
    health: Mutex<Option<Result<AgentHealth, String>>>,
}

/// Why an agent gave no answer that counts. Each of them is a no.
#[derive(Debug, thiserror::Error)]
pub(super) enum LinkError {
    #[error("the settings of the phone agent cannot be used: {0}")]
    Settings(String),
    #[error("{0}")]
    Unreachable(String),
    #[error("it does not accept the user name or the password")]
    Denied,
    /// No seal, or one of another question: it is not the agent that knows the password, or it was answered before.
    #[error(
        "its answer is not sealed as it should be; the password may be another, or somebody is in between"
    )]
    Unsealed,
    #[error("it answered with {0}")]
    Status(u16),
    #[error("its answer cannot be read; it may be of another version")]
    Malformed,
}

impl LinkError {
    /// What a call comes to that ends so.
    pub(super) fn outcome(&self) -> CallOutcome {
        match self {
            Self::Denied | Self::Settings(_) => CallOutcome::ProviderRefused,
            _ => CallOutcome::ProviderDown,
        }
    }

    /// Whether the same question may be answered a moment later.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Status(500..))
    }
}

/// Says what is wrong with the settings, before they are stored.
pub(in crate::phone) fn check(agent: &PhoneAgent) -> Checked {
    let wrong = |field, problem: &str| {
        Err(SettingsProblem {
            field,
            problem: problem.to_owned(),
        })
    };
    if base(&agent.url).is_none() {
        return wrong(
            "url",
            "must be an address such as https://phones.example.org:7373",
        );
    }
    if agent.username.trim().is_empty() || agent.username.contains(':') {
        return wrong("username", "must be the one that the agent was set up with");
    }
    if agent.password.as_ref().and_then(Pairing::of).is_none() {
        return wrong(
            "password",
            "must be the one that the agent printed when it was set up",
        );
    }
    if let Err(problem) = authorities(agent) {
        return wrong("ca", &problem);
    }
    Ok(())
}

fn base(url: &str) -> Option<Url> {
    let url = Url::parse(url.trim()).ok()?;
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let nobody = url.username().is_empty() && url.password().is_none();
    (url.scheme() == "https" && url.has_host() && plain && nobody).then_some(url)
}

/// The imported authorities; none where those of the machine count.
fn authorities(agent: &PhoneAgent) -> Result<Option<Vec<Certificate>>, String> {
    let Some(pem) = agent.ca.as_deref().filter(|pem| !pem.trim().is_empty()) else {
        return Ok(None);
    };
    match Certificate::from_pem_bundle(pem.as_bytes()) {
        Ok(list) if !list.is_empty() => Ok(Some(list)),
        _ => Err("must be a certificate in PEM, which begins with -----BEGIN CERTIFICATE-----".to_owned()),
    }
}

impl Link {
    pub(super) fn open(agent: &PhoneAgent, chance: Arc<dyn Chance>) -> Result<Self, LinkError> {
        let unfit = |problem: &str| LinkError::Settings(problem.to_owned());
        let mut client = Client::builder()
            .https_only(true)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(PATIENCE);
        if let Some(authorities) = authorities(agent).map_err(LinkError::Settings)? {
            client = client.tls_certs_only(authorities);
        }
        Ok(Self {
            client: client
                .build()
                .map_err(|error| LinkError::Settings(Causes(&error).to_string()))?,
            base: base(&agent.url).ok_or_else(|| unfit("the address is none"))?,
            username: agent.username.clone(),
            pairing: agent
                .password
                .as_ref()
                .and_then(Pairing::of)
                .ok_or_else(|| unfit("the password is none"))?,
            chance,
            health: Mutex::default(),
        })
    }

    pub(super) async fn person(&self, name: &str) -> Result<AgentPerson, LinkError> {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear().extend(["v1", "people", name]);
        }
        self.ask(Method::GET, url, Vec::new(), PATIENCE).await
    }

    pub(super) async fn call(&self, call: &[u8]) -> Result<AgentView, LinkError> {
        self.ask(Method::POST, self.at("/v1/calls"), call.to_vec(), PATIENCE)
            .await
    }

    /// Waits a while for something other than `seen`.
    pub(super) async fn news(&self, call: &AgentCall, seen: &str) -> Result<AgentView, LinkError> {
        let url = self.at(&format!("/v1/calls/{}?seen={seen}", call.id));
        self.ask(Method::GET, url, Vec::new(), PATIENCE + WAITING).await
    }

    pub(super) async fn take(&self, call: &AgentCall) -> Result<AgentGrant, LinkError> {
        let url = self.at(&format!("/v1/calls/{}/take", call.id));
        self.ask(Method::POST, url, Vec::new(), PATIENCE).await
    }

    pub(super) async fn cancel(&self, id: Uuid) -> Result<AgentView, LinkError> {
        let url = self.at(&format!("/v1/calls/{id}/cancel"));
        self.ask(Method::POST, url, Vec::new(), PATIENCE).await
    }

    pub(super) async fn health(&self) {
        let asked: Result<AgentHealth, LinkError> = self
            .ask(Method::GET, self.at("/v1/health"), Vec::new(), PATIENCE)
            .await;
        self.remember(asked.map_err(|error| error.to_string()));
    }

    pub(super) fn latest(&self) -> Option<Result<AgentHealth, String>> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn remember(&self, health: Result<AgentHealth, String>) {
        *self.health.lock().unwrap_or_else(PoisonError::into_inner) = Some(health);
    }

    fn at(&self, target: &str) -> Url {
        // A path of our own after an address that was checked.
        self.base.join(target).unwrap_or_else(|_| self.base.clone())
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        url: Url,
        body: Vec<u8>,
        patience: Duration,
    ) -> Result<T, LinkError> {
        let answered = self.exchange(method, url, body, patience).await;
        if let Err(error) = &answered {
            tracing::warn!(%error, "the phone agent gave no answer that counts");
            self.remember(Err(error.to_string()));
        }
        answered
    }

    async fn exchange<T: DeserializeOwned>(
        &self,
        method: Method,
        url: Url,
        body: Vec<u8>,
        patience: Duration,
    ) -> Result<T, LinkError> {
        let nonce = HEXLOWER.encode(&self.chance.bytes::<16>());
        let target = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let request = self
            .client
            .request(method.clone(), url)
            .basic_auth(&self.username, Some(self.pairing.login().expose()))
            .header(AGENT_NONCE, &nonce)
            .header("content-type", "application/json")
            .timeout(patience)
            .body(body.clone());
        let mut answer = request.send().await.map_err(unreachable)?;
        let status = answer.status();
        if status == StatusCode::UNAUTHORIZED {
            return Err(LinkError::Denied);
        }
        let seal = answer
            .headers()
            .get(AGENT_SEAL)
            .and_then(|seal| seal.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
            if LONGEST < bytes.len() + chunk.len() {
                return Err(LinkError::Malformed);
            }
            bytes.extend_from_slice(&chunk);
        }
        let exchanged = Exchanged {
            method: method.as_str(),
            target: &target,
            nonce: &nonce,
            request: &body,
            status: status.as_u16(),
            answer: &bytes,
        };
        if status != StatusCode::OK && seal.is_empty() {
            return Err(LinkError::Status(status.as_u16()));
        }
        if !self.pairing.is_of(&seal, &exchanged) {
            return Err(LinkError::Unsealed);
        }
        if status != StatusCode::OK {
            return Err(LinkError::Status(status.as_u16()));
        }
        serde_json::from_slice(&bytes).map_err(|_| LinkError::Malformed)
    }
}

/// Says what to do where that is known.
fn unreachable(error: reqwest::Error) -> LinkError {
    let error = error.without_url();
    let causes = Causes(&error).to_string();
    let too_late = error.is_timeout().then_some("it did not answer in time");
    LinkError::Unreachable(match certificate_problem(&causes).or(too_late) {
        None => format!("it cannot be reached: {causes}"),
        Some(hint) => format!("{hint} ({causes})"),
    })
}
