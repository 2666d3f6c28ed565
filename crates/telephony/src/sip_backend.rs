//! Calls by SIP: trunks, prompts and a thread for the voice.

mod course;
mod line;
mod voice;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use portcullis_model::Chance;
use tokio::task::JoinHandle;

use crate::backend::{CallReport, CallSpec, Cancel, EventSink, PhoneBackend, Verifier};
use crate::media::MediaThread;
use crate::sip::Trunk;
use crate::{Counts, CurrentPrompts, TrunkHealth, TrunkProblem, TrunkSettings};

/// Places calls through the first of its trunks that connects them.
pub struct SipBackend {
    shared: Arc<Shared>,
    /// What keeps the trunks registered.
    tasks: Vec<JoinHandle<()>>,
}

/// What all calls share.
struct Shared {
    trunks: Vec<Arc<Trunk>>,
    prompts: CurrentPrompts,
    chance: Arc<dyn Chance>,
    media: MediaThread,
    voices: AtomicUsize,
}

/// Why there is no backend.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    #[error("trunk {name}: {problem}")]
    Trunk {
        name: String,
        #[source]
        problem: TrunkProblem,
    },
    #[error("the thread of the voice cannot be started")]
    Thread(#[from] io::Error),
}

/// What is alive. All zero a moment after the last call.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Alive {
    pub signalling: Counts,
    pub voices: usize,
}

impl SipBackend {
    /// Starts with `trunks` in the order of preference. Must be called within a Tokio runtime.
    pub fn start(
        trunks: Vec<TrunkSettings>,
        prompts: impl Into<CurrentPrompts>,
        chance: Arc<dyn Chance>,
    ) -> Result<Self, BackendError> {
        let trunks: Vec<Arc<Trunk>> = trunks
            .into_iter()
            .map(|settings| {
                let name = settings.name.clone();
                Trunk::new(settings, Arc::clone(&chance))
                    .map(Arc::new)
                    .map_err(|problem| BackendError::Trunk { name, problem })
            })
            .collect::<Result<_, _>>()?;
        let tasks = trunks
            .iter()
            .map(|trunk| {
                let trunk = Arc::clone(trunk);
                tokio::spawn(async move { trunk.maintain().await })
            })
            .collect();
        let shared = Shared {
            trunks,
            prompts: prompts.into(),
            chance,
            media: MediaThread::start()?,
            voices: AtomicUsize::new(0),
        };
        Ok(Self {
            shared: Arc::new(shared),
            tasks,
        })
    }

    pub async fn alive(&self) -> Alive {
        let mut alive = Alive {
            voices: self.shared.voices.load(Ordering::SeqCst),
            ..Alive::default()
        };
        for trunk in &self.shared.trunks {
            alive.signalling += trunk.counts().await;
        }
        alive
    }
}

#[async_trait]
impl PhoneBackend for SipBackend {
    async fn run(
        &self,
        call: CallSpec,
        verifier: &dyn Verifier,
        events: &dyn EventSink,
        cancel: Cancel,
    ) -> CallReport {
        course::run(&self.shared, call, verifier, events, cancel).await
    }

    fn health(&self) -> Vec<TrunkHealth> {
        self.shared.trunks.iter().map(|trunk| trunk.health()).collect()
    }
}

impl Drop for SipBackend {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
