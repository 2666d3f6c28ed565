//! The trunks that are in use, started when the settings ask for them.

use std::sync::{Arc, Mutex, PoisonError};

use portcullis_crypto::{equal, sha256};
use portcullis_model::Chance;
use portcullis_telephony::{PhoneBackend, Prompts, SipBackend};

use super::PhoneSettings;

/// Trunks, and the digest of the settings that they were started with.
pub(super) struct Started {
    digest: [u8; 32],
    backend: Arc<SipBackend>,
}

/// The trunks of `settings`. Those of other settings end with their last call.
pub(super) fn of(
    started: &Mutex<Option<Started>>,
    settings: &[u8],
    chance: &Arc<dyn Chance>,
) -> Result<Arc<dyn PhoneBackend>, String> {
    let digest = sha256(&[settings]);
    let mut started = started.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(started) = started.as_ref().filter(|started| equal(&started.digest, &digest)) {
        return Ok(Arc::clone(&started.backend) as Arc<dyn PhoneBackend>);
    }
    let trunks = PhoneSettings::parse(settings)
        .map_err(|problem| problem.problem)?
        .trunk_settings();
    let backend = SipBackend::start(trunks, Prompts::shipped(), Arc::clone(chance))
        .map(Arc::new)
        .map_err(|error| error.to_string())?;
    *started = Some(Started {
        digest,
        backend: Arc::clone(&backend),
    });
    Ok(backend)
}
