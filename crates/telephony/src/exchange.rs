//! The trunks that are in use, started when the settings ask for them.

use std::sync::{Arc, Mutex, PoisonError};

use portcullis_model::Chance;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{PhoneBackend, PhoneSettings, Prompts, SipBackend};

/// Connects calls through the trunks of whatever settings come with them.
pub struct Exchange {
    chance: Arc<dyn Chance>,
    started: Mutex<Option<Started>>,
}

/// Trunks, and the settings that they were started with.
struct Started {
    settings: Zeroizing<Vec<u8>>,
    backend: Arc<SipBackend>,
}

impl Exchange {
    pub fn new(chance: Arc<dyn Chance>) -> Self {
        Self {
            chance,
            started: Mutex::default(),
        }
    }

    /// The trunks of `settings`. Those of other settings end with their last call. Must be called within a Tokio runtime.
    pub fn trunks(&self, settings: &[u8]) -> Result<Arc<dyn PhoneBackend>, String> {
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        let known = started
            .as_ref()
            .filter(|started| started.settings.as_slice().ct_eq(settings).into());
        if let Some(known) = known {
            return Ok(Arc::clone(&known.backend) as Arc<dyn PhoneBackend>);
        }
        let trunks = PhoneSettings::parse(settings)
            .map_err(|problem| problem.problem)?
            .trunk_settings();
        let backend = SipBackend::start(trunks, Prompts::shipped(), Arc::clone(&self.chance))
            .map(Arc::new)
            .map_err(|error| error.to_string())?;
        *started = Some(Started {
            settings: Zeroizing::new(settings.to_vec()),
            backend: Arc::clone(&backend),
        });
        Ok(backend)
    }
}
