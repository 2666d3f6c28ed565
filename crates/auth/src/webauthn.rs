mod assertion;
mod client_data;
mod discoverable;
mod enrolment;
mod origin;
mod refused;
mod registration;
mod settings;

use std::time::Duration;

use async_trait::async_trait;
use portcullis_model::{
    Alone, Answer, Asking, Challenge, Enrolment, FactorError, FactorKind, FactorSummary, Newcomer, Proof,
    SecondFactor, Shown, UserId, Username, Verdict,
};
use webauthn_rs_core::WebauthnCore;

pub use origin::BadOrigin;
pub use settings::{Attestation, KeyModel, UserVerification, WebAuthnSettings};

use assertion::{Asked, judge_assertion};
use discoverable::claimed_user;
use enrolment::{Key, KeyEnrolment};
use origin::Origin;
use refused::Refused;
use registration::judge_registration;

/// What the browser may take for one ceremony, as the options tell it.
const TIMEOUT: Duration = Duration::from_mins(5);
/// An assertion is 1 kB, a registration with certificates is below 10 kB.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Security keys and passkeys (`WebAuthn` level 2) of one exact origin.
///
/// `webauthn-rs-core` does the verification: its safer wrapper `webauthn-rs` decides by itself about user verification,
/// and asks keys not to become passkeys. What the library leaves out is checked here: the spelling of the origin,
/// `crossOrigin` of an assertion, the owner, and that the key was one that was asked for. Nobody checks that two people
/// do not register the same credential id, since enrolments are sealed; keys are found by their owner, never by id.
///
/// The library draws the challenges from the operating system itself, and reads the clock to see whether an attestation
/// certificate is valid. So the rule that chance and time enter through the binary does not hold here. To set them from
/// outside would mean to write into the library's private state; all that is lost is that a test cannot repeat
/// a challenge.
///
/// A challenge is accepted as often as it is presented; that it works once is the engine's part, which takes it away.
/// Only a key that counts its signatures is safe without that.
pub struct WebAuthn {
    origin: Origin,
    core: WebauthnCore,
}

impl WebAuthn {
    /// `origin` is what the browser shows, with the port: `https://pw.example.org:7272`. Keys are bound to its host, so
    /// they are lost if it changes. `site_name` is what the browser says the key is for.
    pub fn new(origin: &str, site_name: &str) -> Result<Self, BadOrigin> {
        let origin: Origin = origin.parse()?;
        let [subdomains, other_ports] = [Some(false); 2];
        let core = WebauthnCore::new_unsafe_experts_only(
            site_name,
            origin.host(),
            vec![origin.url().clone()],
            TIMEOUT,
            subdomains,
            other_ports,
        );
        Ok(Self { origin, core })
    }
}

#[async_trait]
impl SecondFactor for WebAuthn {
    fn kind(&self) -> FactorKind {
        FactorKind::WebAuthn
    }

    fn enrol(&self, newcomer: &Newcomer<'_>) -> Result<Enrolment, FactorError> {
        let settings = WebAuthnSettings::parse(newcomer.settings)?;
        let pending = self.start_registration(newcomer, &settings)?;
        let shown = Shown::Options(pending.options.clone());
        Ok(Enrolment {
            private: KeyEnrolment::Pending(pending).to_bytes()?,
            shown,
        })
    }

    /// Shows nothing of a key that is confirmed.
    fn show(&self, _person: &Username, enrolment: &[u8]) -> Result<Shown, FactorError> {
        Ok(match KeyEnrolment::parse(enrolment)? {
            KeyEnrolment::Pending(pending) => Shown::Options(pending.options),
            KeyEnrolment::Confirmed(_) => Shown::Nothing,
        })
    }

    async fn confirm(&self, proof: &Proof<'_>, answer: &Answer) -> Result<Verdict, FactorError> {
        let settings = WebAuthnSettings::parse(proof.settings)?;
        let models = settings.attestation.authorities()?;
        let KeyEnrolment::Pending(pending) = KeyEnrolment::parse(proof.enrolment)? else {
            return Ok(Verdict::Reject);
        };
        verdict(judge_registration(
            self,
            &pending,
            &settings,
            models.as_ref(),
            answer,
        ))
    }

    fn challenges(&self) -> bool {
        true
    }

    /// Asks for any of the person's keys that are confirmed.
    async fn challenge(&self, asking: &Asking<'_>) -> Result<Challenge, FactorError> {
        let settings = WebAuthnSettings::parse(asking.settings)?;
        let keys = confirmed(asking.enrolments)?;
        if keys.is_empty() {
            // An empty list would ask the browser for any passkey of this site.
            return Err(FactorError::Settings("no security key is confirmed".to_owned()));
        }
        self.start_assertion(&keys, &settings)
    }

    fn challenge_anybody(&self) -> Result<Option<Challenge>, FactorError> {
        self.discoverable_challenge().map(Some)
    }

    fn claimed(&self, answer: &Answer) -> Option<UserId> {
        claimed_user(answer)
    }

    async fn verify_alone(&self, proof: &Proof<'_>, answer: &Answer) -> Result<Verdict, FactorError> {
        self.verify_discoverable(proof, answer)
    }

    async fn verify(&self, proof: &Proof<'_>, answer: &Answer) -> Result<Verdict, FactorError> {
        let settings = WebAuthnSettings::parse(proof.settings)?;
        let KeyEnrolment::Confirmed(key) = KeyEnrolment::parse(proof.enrolment)? else {
            return Ok(Verdict::Reject);
        };
        verdict(judge_assertion(
            self,
            Asked::Keys,
            key,
            proof,
            settings.user_verification,
            answer,
        ))
    }

    fn summarize(&self, enrolment: &[u8]) -> Result<FactorSummary, FactorError> {
        Ok(FactorSummary {
            alone: match KeyEnrolment::parse(enrolment)? {
                KeyEnrolment::Confirmed(key) => key.alone(),
                KeyEnrolment::Pending(_) => Alone::No,
            },
            ..FactorSummary::default()
        })
    }
}

/// Those of the enrolments that are keys already.
fn confirmed(enrolments: &[&[u8]]) -> Result<Vec<Key>, FactorError> {
    let mut keys = Vec::new();
    for enrolment in enrolments {
        if let KeyEnrolment::Confirmed(key) = KeyEnrolment::parse(enrolment)? {
            keys.push(key);
        }
    }
    Ok(keys)
}

/// The key as it is after an accepted answer is always written back, since it counts.
fn verdict(judged: Result<Key, Refused>) -> Result<Verdict, FactorError> {
    match judged {
        Ok(key) => Ok(Verdict::Accept {
            enrolment: Some(KeyEnrolment::Confirmed(key).to_bytes()?),
        }),
        Err(reason) => {
            tracing::debug!(%reason, "a security key was refused: {reason}");
            Ok(Verdict::Reject)
        }
    }
}

#[cfg(test)]
mod tests;
