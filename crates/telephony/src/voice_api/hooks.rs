use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use data_encoding::BASE64URL_NOPAD;
use portcullis_model::{CallHook, CallHooks, Chance};
use reqwest::Url;
use tokio::sync::{mpsc, oneshot};

use super::settings::{VoiceApiProblem, plain_https};
use crate::{Prompt, Prompts};

/// The calls of this node that wait for a word of their provider.
pub struct VoiceHooks {
    /// How the provider reaches this node, without a slash at the end.
    address: String,
    calls: Mutex<HashMap<String, Waiting>>,
}

/// What one call is reached by.
struct Waiting {
    hooks: mpsc::Sender<Heard>,
    prompts: Arc<Prompts>,
    language: String,
}

/// A request, and where its answer goes. Dropping that refuses the request.
pub(super) struct Heard {
    pub(super) hook: CallHook,
    pub(super) answer: oneshot::Sender<String>,
}

/// Providers give up after fifteen seconds.
const PATIENCE: Duration = Duration::from_secs(14);
/// A call gets one request after the other.
const QUEUE: usize = 8;

impl VoiceHooks {
    /// `address` is how a provider reaches this node: `https://vault.example:7272`.
    pub fn new(address: &str) -> Self {
        Self {
            address: address.trim_end_matches('/').to_owned(),
            calls: Mutex::default(),
        }
    }

    /// How many calls wait. Zero a moment after the last one.
    pub fn waiting(&self) -> usize {
        self.calls().len()
    }

    pub(super) fn check(&self) -> Result<(), VoiceApiProblem> {
        plain_https(&self.address).ok_or(VoiceApiProblem::HooksUrl)?;
        Ok(())
    }

    /// Waits for what a provider says of a call, until the answer is dropped.
    pub(super) fn open(
        self: &Arc<Self>,
        chance: &dyn Chance,
        prompts: &Arc<Prompts>,
        language: &str,
    ) -> (Registered, mpsc::Receiver<Heard>) {
        let token = BASE64URL_NOPAD.encode(&chance.bytes::<32>());
        let (hooks, heard) = mpsc::channel(QUEUE);
        let waiting = Waiting {
            hooks,
            prompts: Arc::clone(prompts),
            language: language.to_owned(),
        };
        self.calls().insert(token.clone(), waiting);
        let registered = Registered {
            hooks: Arc::clone(self),
            token,
        };
        (registered, heard)
    }

    fn calls(&self) -> MutexGuard<'_, HashMap<String, Waiting>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl CallHooks for VoiceHooks {
    async fn hear(&self, hook: CallHook) -> Option<String> {
        let hooks = self.calls().get(&hook.token)?.hooks.clone();
        let (answer, answered) = oneshot::channel();
        hooks.try_send(Heard { hook, answer }).ok()?;
        tokio::time::timeout(PATIENCE, answered).await.ok()?.ok()
    }

    fn recording(&self, token: &str, name: &str) -> Option<Vec<u8>> {
        let prompt = Prompt::of_name(name.strip_suffix(".wav")?)?;
        let (prompts, language) = {
            let calls = self.calls();
            let waiting = calls.get(token)?;
            (Arc::clone(&waiting.prompts), waiting.language.clone())
        };
        prompts.wav(&language, prompt)
    }
}

/// The place of a call among those that wait. Nobody reaches the call once this is dropped.
pub(super) struct Registered {
    hooks: Arc<VoiceHooks>,
    token: String,
}

impl Registered {
    pub(super) fn addresses(&self) -> Addresses {
        Addresses(format!("{}/hooks/voice/{}", self.hooks.address, self.token))
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.hooks.calls().remove(&self.token);
    }
}

/// The addresses of one call.
#[derive(Clone)]
pub(super) struct Addresses(String);

impl Addresses {
    pub(super) fn of_event(&self, event: &str) -> String {
        format!("{}/{event}", self.0)
    }

    pub(super) fn of_recording(&self, prompt: Prompt) -> String {
        format!("{}/{}.wav", self.0, prompt.name())
    }

    /// The address of an event that somebody else names, if it can be one.
    pub(super) fn parse(&self, event: &str) -> Option<Url> {
        let is_plain = event
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let url = self.of_event(event);
        is_plain.then(|| Url::parse(&url).ok())?
    }
}
