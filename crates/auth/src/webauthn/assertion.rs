use portcullis_model::{Answer, Challenge, FactorError, Proof};
use serde::{Deserialize, Serialize};
use webauthn_rs_core::proto::{
    AuthenticationResult, AuthenticationState, Credential, PublicKeyCredential, UserVerificationPolicy,
};

use super::client_data::check_place;
use super::enrolment::Key;
use super::refused::Refused;
use super::settings::{UserVerification, WebAuthnSettings};
use super::{LONGEST_ANSWER, WebAuthn};

/// What was asked for.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Asked {
    /// One of the keys of a person who is known.
    Keys,
    /// Any passkey, whose owner the answer tells.
    Passkey,
}

/// What the engine keeps of a challenge, sealed, as JSON.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Question {
    asked: Asked,
    user_verification: UserVerification,
    /// The ids of the keys, where keys were asked for.
    keys: Vec<Vec<u8>>,
    /// Without the keys: what counts is the enrolment at the time of the answer, with its counter.
    state: AuthenticationState,
}

impl WebAuthn {
    pub(super) fn start_assertion(
        &self,
        keys: &[Key],
        settings: &WebAuthnSettings,
    ) -> Result<Challenge, FactorError> {
        let credentials = keys.iter().map(|key| key.credential.clone()).collect();
        self.ask(Asked::Keys, credentials, settings.user_verification)
    }

    pub(super) fn ask(
        &self,
        asked: Asked,
        credentials: Vec<Credential>,
        user_verification: UserVerification,
    ) -> Result<Challenge, FactorError> {
        let keys = credentials
            .iter()
            .map(|credential| credential.cred_id.clone())
            .collect();
        let (options, mut state) = self
            .core
            .new_challenge_authenticate_builder(credentials, Some(user_verification.policy()))
            // A key that is backed up one day, as when a phone begins to, stays the same key.
            .map(|builder| builder.allow_backup_eligible_upgrade(true))
            .and_then(|builder| self.core.generate_challenge_authenticate(builder))
            .map_err(|error| FactorError::Settings(error.to_string()))?;
        state.set_allowed_credentials(Vec::new());
        let question = Question {
            asked,
            user_verification,
            keys,
            state,
        };
        Ok(Challenge {
            public: serde_json::to_string(&options).map_err(|_| FactorError::DamagedEnrolment)?,
            private: serde_json::to_vec(&question).map_err(|_| FactorError::DamagedEnrolment)?,
            code: None,
            call: None,
        })
    }
}

/// The key as it is after `answer`. Of the settings then and now, the stricter count.
pub(super) fn judge_assertion(
    factor: &WebAuthn,
    asked: Asked,
    mut key: Key,
    proof: &Proof<'_>,
    now: UserVerification,
    answer: &Answer,
) -> Result<Key, Refused> {
    let question: Question =
        serde_json::from_slice(&proof.challenge.private).map_err(|_| Refused::OtherCeremony)?;
    if question.asked != asked {
        return Err(Refused::OtherCeremony);
    }
    let answer = parse_assertion(answer)?;
    if asked == Asked::Keys && !question.keys.contains(&answer.raw_id) {
        return Err(Refused::NotAsked);
    }
    if answer.raw_id != key.credential.cred_id {
        return Err(Refused::OtherKey);
    }
    check_owner(&answer, asked, &key)?;
    check_place(&answer.response.client_data_json, &factor.origin)?;
    let user_verification = now.max(question.user_verification);
    let mut credential = key.credential.clone();
    if user_verification == UserVerification::Discouraged {
        // Else the library wants what the key did when it was enrolled, though the browser was told not to.
        credential.registration_policy = UserVerificationPolicy::Discouraged_DO_NOT_USE;
    }
    let result = factor
        .core
        .authenticate_single_credential(&answer, &question.state, &credential)?;
    if user_verification == UserVerification::Required && !result.user_verified() {
        return Err(Refused::NotVerified);
    }
    update(&mut key, &result);
    if asked == Asked::Passkey {
        key.discoverable = Some(true);
    }
    Ok(key)
}

pub(super) fn parse_assertion(answer: &Answer) -> Result<PublicKeyCredential, Refused> {
    let answer = answer.code.expose();
    if answer.len() > LONGEST_ANSWER {
        return Err(Refused::TooLong);
    }
    serde_json::from_str(answer).map_err(Refused::NotJson)
}

/// The library leaves this to its caller (`WebAuthn` level 2 §7.2 step 6).
fn check_owner(answer: &PublicKeyCredential, asked: Asked, key: &Key) -> Result<(), Refused> {
    match (answer.get_user_unique_id(), asked) {
        (Some(user), _) if user == key.user.0.as_bytes() => Ok(()),
        // Only a passkey must say whose it is; a plain security key cannot.
        (None, Asked::Keys) => Ok(()),
        _ => Err(Refused::OtherPerson),
    }
}

fn update(key: &mut Key, result: &AuthenticationResult) {
    key.verified = result.user_verified();
    key.credential.counter = result.counter();
    key.credential.backup_state = result.backup_state();
    key.credential.backup_eligible = result.backup_eligible();
}
