use std::collections::BTreeMap;

use portcullis_model::FactorError;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use webauthn_rs_core::proto::{AttestationCaList, AttestationCaListBuilder, UserVerificationPolicy};

/// What an administrator may choose for security keys and passkeys.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebAuthnSettings {
    pub user_verification: UserVerification,
    pub attestation: Attestation,
    /// Whether new keys are to be passkeys that verify their person, because they may count as both proofs.
    pub passkeys: bool,
}

/// Whether the key must see for itself, by PIN or finger, who holds it. The order is that of strictness.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UserVerification {
    Discouraged,
    /// A key that verified when it was enrolled must do so ever after; otherwise whoever finds it could leave that out.
    #[default]
    Preferred,
    Required,
}

impl UserVerification {
    pub(super) const fn policy(self) -> UserVerificationPolicy {
        match self {
            Self::Discouraged => UserVerificationPolicy::Discouraged_DO_NOT_USE,
            Self::Preferred => UserVerificationPolicy::Preferred,
            Self::Required => UserVerificationPolicy::Required,
        }
    }
}

/// Whether a new key must prove what model it is. Keys that are enrolled already are not asked again.
///
/// A bare list of AAGUIDs would be worth nothing: without the certificate of its maker, any program can say that it is
/// any model. So each model comes with the root certificate that vouches for it. Revoked certificates are not looked up,
/// and the formats without an AAGUID (`fido-u2f`, `apple`) cannot be allowed.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Attestation {
    #[default]
    None,
    Required(Vec<KeyModel>),
}

/// A model of key that may be enrolled.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeyModel {
    pub aaguid: Uuid,
    /// The root certificate of the maker, as PEM.
    pub root: String,
}

impl WebAuthnSettings {
    /// What is asked of a key when it is set up.
    pub(super) const fn of_new_keys(&self) -> UserVerification {
        if self.passkeys {
            UserVerification::Required
        } else {
            self.user_verification
        }
    }

    /// Nothing stored means the defaults.
    pub fn parse(bytes: &[u8]) -> Result<Self, FactorError> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let settings: Self =
            serde_json::from_slice(bytes).map_err(|error| FactorError::Settings(error.to_string()))?;
        settings.attestation.authorities()?;
        Ok(settings)
    }
}

impl Attestation {
    /// Who may vouch for which model; nobody has to if attestation is not required.
    pub(super) fn authorities(&self) -> Result<Option<AttestationCaList>, FactorError> {
        let Self::Required(models) = self else {
            return Ok(None);
        };
        if models.is_empty() {
            let text = "attestation is required, but no model is allowed";
            return Err(FactorError::Settings(text.to_owned()));
        }
        let mut list = AttestationCaListBuilder::new();
        for KeyModel { aaguid, root } in models {
            list.insert_device_pem(root.as_bytes(), *aaguid, aaguid.to_string(), BTreeMap::new())
                .map_err(|_| FactorError::Settings(format!("the root certificate of {aaguid} is not PEM")))?;
        }
        Ok(Some(list.build()))
    }
}
