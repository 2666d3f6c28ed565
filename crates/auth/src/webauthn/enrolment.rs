use portcullis_model::{Alone, FactorError, UserId};
use serde::{Deserialize, Serialize};
use webauthn_rs_core::proto::{Credential, RegistrationState};

/// What the engine keeps, sealed, as JSON.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum KeyEnrolment {
    Pending(Pending),
    Confirmed(Key),
}

/// A registration that waits for the browser's answer.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pending {
    pub(super) user: UserId,
    /// What the browser was told, as JSON.
    pub(super) options: String,
    pub(super) state: RegistrationState,
}

/// A key of a person.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Key {
    pub(super) user: UserId,
    /// Whether the latest accepted answer came with user verification.
    pub(super) verified: bool,
    /// Whether it can be found without its id, as far as the browser has told.
    #[serde(default)]
    pub(super) discoverable: Option<bool>,
    pub(super) credential: Credential,
}

impl KeyEnrolment {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, FactorError> {
        serde_json::from_slice(bytes).map_err(|_| FactorError::DamagedEnrolment)
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, FactorError> {
        serde_json::to_vec(self).map_err(|_| FactorError::DamagedEnrolment)
    }
}

impl Key {
    /// Whether it is a passkey that verifies the person by PIN or finger, and so stands for two factors.
    pub(super) const fn alone(&self) -> Alone {
        match (self.verified, self.discoverable) {
            (true, Some(true)) => Alone::Yes,
            (true, None) => Alone::Perhaps,
            (false, _) | (_, Some(false)) => Alone::No,
        }
    }
}
