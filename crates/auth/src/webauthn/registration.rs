use portcullis_model::{Answer, FactorError, Newcomer};
use webauthn_rs_core::proto::{
    AttestationCaList, AttestationConveyancePreference, COSEAlgorithm, CredProtect, Credential,
    CredentialProtectionPolicy, ExtnState, RegisterPublicKeyCredential, RequestRegistrationExtensions,
    ResidentKeyRequirement,
};

use super::client_data::check_place;
use super::enrolment::{Key, Pending};
use super::refused::Refused;
use super::settings::{Attestation, UserVerification, WebAuthnSettings};
use super::{LONGEST_ANSWER, WebAuthn, confirmed};

impl WebAuthn {
    pub(super) fn start_registration(
        &self,
        newcomer: &Newcomer<'_>,
        settings: &WebAuthnSettings,
    ) -> Result<Pending, FactorError> {
        let own = confirmed(newcomer.own)?;
        let own = own.into_iter().map(|key| key.credential.cred_id).collect();
        let attestation = match settings.attestation {
            Attestation::None => AttestationConveyancePreference::None,
            Attestation::Required(_) => AttestationConveyancePreference::Direct,
        };
        let name = newcomer.username.as_ref();
        let (mut options, state) = self
            .core
            .new_challenge_register_builder(newcomer.id.0.as_bytes(), name, name)
            .and_then(|builder| {
                let builder = builder
                    .attestation(attestation)
                    .credential_algorithms(COSEAlgorithm::secure_algs())
                    .exclude_credentials(Some(own))
                    .extensions(Some(extensions(settings.of_new_keys())))
                    .user_verification_policy(settings.of_new_keys().policy());
                self.core.generate_challenge_register(builder)
            })
            .map_err(|error| FactorError::Settings(error.to_string()))?;
        // The key becomes a passkey where it can. The library knows only "must" and "must not", but does not check it.
        if let Some(selection) = &mut options.public_key.authenticator_selection {
            selection.resident_key = Some(if settings.passkeys {
                ResidentKeyRequirement::Required
            } else {
                ResidentKeyRequirement::Preferred
            });
            selection.require_resident_key = settings.passkeys;
        }
        let options = serde_json::to_string(&options).map_err(|_| FactorError::DamagedEnrolment)?;
        Ok(Pending {
            user: newcomer.id,
            options,
            state,
        })
    }
}

/// A found passkey must not tell whose it is: without the list of ids, it answers only after PIN or finger
/// (`credProtect`, CTAP 2.1 §12.1).
fn extensions(user_verification: UserVerification) -> RequestRegistrationExtensions {
    let policy = match user_verification {
        UserVerification::Discouraged | UserVerification::Preferred => {
            CredentialProtectionPolicy::UserVerificationOptionalWithCredentialIDList
        }
        UserVerification::Required => CredentialProtectionPolicy::UserVerificationRequired,
    };
    RequestRegistrationExtensions {
        cred_protect: Some(CredProtect {
            credential_protection_policy: policy,
            // Keys that do not know the extension would fail.
            enforce_credential_protection_policy: Some(false),
        }),
        uvm: None,
        cred_props: Some(true),
        min_pin_length: None,
        hmac_create_secret: None,
    }
}

/// What the browser says of a key, unsigned: it is shown to people, and decides nothing.
fn discoverable(credential: &Credential) -> Option<bool> {
    match &credential.extensions.cred_props {
        ExtnState::Unsigned(props) | ExtnState::Set(props) | ExtnState::Unsolicited(props) => props.rk,
        ExtnState::NotRequested | ExtnState::Ignored => None,
    }
}

/// The key that `answer` registers. Of the settings then and now, the stricter count.
pub(super) fn judge_registration(
    factor: &WebAuthn,
    pending: &Pending,
    settings: &WebAuthnSettings,
    models: Option<&AttestationCaList>,
    answer: &Answer,
) -> Result<Key, Refused> {
    let answer = answer.code.expose();
    if answer.len() > LONGEST_ANSWER {
        return Err(Refused::TooLong);
    }
    let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).map_err(Refused::NotJson)?;
    check_place(&answer.response.client_data_json, &factor.origin)?;
    let credential = factor.core.register_credential(&answer, &pending.state, models)?;
    if settings.of_new_keys() == UserVerification::Required && !credential.user_verified {
        return Err(Refused::NotVerified);
    }
    Ok(Key {
        user: pending.user,
        verified: credential.user_verified,
        discoverable: discoverable(&credential),
        credential,
    })
}
