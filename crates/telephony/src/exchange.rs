//! The trunks or the provider that are in use, started when the settings ask for them.

use std::sync::{Arc, Mutex, PoisonError};

use portcullis_model::Chance;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{CurrentPrompts, PhoneBackend, PhoneSettings, SipBackend, VoiceApiBackend, VoiceHooks};

/// Connects calls through the trunks, or the provider, of whatever settings come with them.
pub struct Exchange {
    chance: Arc<dyn Chance>,
    /// Where a provider is heard; absent where none can reach us.
    hooks: Option<Arc<VoiceHooks>>,
    prompts: CurrentPrompts,
    started: Mutex<Option<Started>>,
}

/// What places calls, and the settings that it was started with.
struct Started {
    settings: Zeroizing<Vec<u8>>,
    backend: Arc<dyn PhoneBackend>,
}

impl Exchange {
    pub fn new(chance: Arc<dyn Chance>) -> Self {
        Self {
            chance,
            hooks: None,
            prompts: CurrentPrompts::default(),
            started: Mutex::default(),
        }
    }

    /// The same for settings with a provider, which is heard at `hooks`.
    #[must_use]
    pub fn reached_at(self, hooks: Arc<VoiceHooks>) -> Self {
        Self {
            hooks: Some(hooks),
            ..self
        }
    }

    /// What every call says, whatever the settings. What is learned there is said by the next call.
    pub fn prompts(&self) -> &CurrentPrompts {
        &self.prompts
    }

    /// What places the calls of `settings`. That of other settings ends with its last call. Must be called within a Tokio
    /// runtime.
    pub fn backend(&self, settings: &[u8]) -> Result<Arc<dyn PhoneBackend>, String> {
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        let known = started
            .as_ref()
            .filter(|started| started.settings.as_slice().ct_eq(settings).into());
        if let Some(known) = known {
            return Ok(Arc::clone(&known.backend));
        }
        let read = PhoneSettings::parse(settings).map_err(|problem| problem.problem)?;
        let backend = self.start(&read)?;
        *started = Some(Started {
            settings: Zeroizing::new(settings.to_vec()),
            backend: Arc::clone(&backend),
        });
        Ok(backend)
    }

    fn start(&self, settings: &PhoneSettings) -> Result<Arc<dyn PhoneBackend>, String> {
        let (prompts, chance) = (self.prompts.clone(), Arc::clone(&self.chance));
        let Some(provider) = &settings.provider else {
            let trunks = SipBackend::start(settings.trunk_settings(), prompts, chance);
            return Ok(Arc::new(trunks.map_err(|error| error.to_string())?));
        };
        let Some(hooks) = &self.hooks else {
            return Err("no provider can reach this host".to_owned());
        };
        let voice = VoiceApiBackend::start(provider.settings(), prompts, chance, Arc::clone(hooks));
        Ok(Arc::new(voice.map_err(|error| error.to_string())?))
    }
}
