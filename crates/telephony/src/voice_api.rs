//! Calls through the web service of a provider: we ask it to call, it asks us what to say, and tells what was pressed.
//!
//! The interface is that of Twilio, which others speak too. The provider is trusted with the call as a telephone company
//! is; everybody else who can reach the webhooks is not, so each request must carry the token of the call in its path
//! and the provider's signature, name the call, and be the one that is due.

mod client;
mod course;
mod hooks;
mod line;
mod settings;
mod signature;
mod talk;
#[cfg(test)]
mod tests;
mod twiml;
mod webhook;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use portcullis_model::Chance;
use tokio::task::JoinHandle;

use crate::backend::{CallReport, CallSpec, Cancel, EventSink, PhoneBackend, Verifier};
use crate::{CurrentPrompts, TrunkHealth, TrunkState};
use client::Client;
pub use hooks::VoiceHooks;
pub use settings::{ProxySettings, VoiceApiProblem, VoiceApiSettings};

/// Between two questions whether the provider knows us.
const CHECK: Duration = Duration::from_mins(5);

/// Places calls through one account of a provider.
pub struct VoiceApiBackend {
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

/// What all calls share.
struct Shared {
    settings: VoiceApiSettings,
    client: Client,
    hooks: Arc<VoiceHooks>,
    prompts: CurrentPrompts,
    chance: Arc<dyn Chance>,
    seen: Mutex<Seen>,
}

/// How the provider was when it was last heard of.
#[derive(Default)]
struct Seen {
    state: TrunkState,
    times: u64,
}

impl VoiceApiBackend {
    /// Its webhooks arrive at `hooks`. Must be called within a Tokio runtime.
    pub fn start(
        settings: VoiceApiSettings,
        prompts: impl Into<CurrentPrompts>,
        chance: Arc<dyn Chance>,
        hooks: Arc<VoiceHooks>,
    ) -> Result<Self, VoiceApiProblem> {
        settings.check()?;
        hooks.check()?;
        let shared = Arc::new(Shared {
            client: Client::new(&settings)?,
            settings,
            hooks,
            prompts: prompts.into(),
            chance,
            seen: Mutex::default(),
        });
        let asking = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            loop {
                asking.check().await;
                tokio::time::sleep(CHECK).await;
            }
        });
        Ok(Self { shared, task })
    }
}

#[async_trait]
impl PhoneBackend for VoiceApiBackend {
    /// A PIN is never asked for, since the provider would hear it: such a call is not placed.
    async fn run(
        &self,
        call: CallSpec,
        _verifier: &dyn Verifier,
        events: &dyn EventSink,
        cancel: Cancel,
    ) -> CallReport {
        course::run(&self.shared, call, events, cancel).await
    }

    fn health(&self) -> Vec<TrunkHealth> {
        vec![TrunkHealth {
            name: self.shared.settings.host(),
            state: self.shared.seen().state.clone(),
        }]
    }
}

impl Drop for VoiceApiBackend {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    /// Asks the provider how it is. What calls find out meanwhile is newer than its answer.
    async fn check(&self) {
        let times = self.seen().times;
        let state = self.client.ask_whether_well().await;
        let mut seen = self.seen();
        if seen.times == times {
            seen.state = state;
        }
    }

    fn note(&self, state: TrunkState) {
        let mut seen = self.seen();
        seen.times += 1;
        seen.state = state;
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
