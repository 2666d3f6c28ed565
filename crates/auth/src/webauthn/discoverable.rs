use portcullis_model::{Answer, Challenge, FactorError, Proof, UserId, Verdict};
use uuid::Uuid;

use super::assertion::{Asked, judge_assertion, parse_assertion};
use super::enrolment::KeyEnrolment;
use super::settings::UserVerification;
use super::{WebAuthn, verdict};

/// Signing in by passkey, before a name was typed: the browser offers what it has, and the answer tells whose it is.
///
/// 1. [`discoverable_challenge`](Self::discoverable_challenge) is shown on the sign-in page,
/// 2. [`claimed_user`] says whose enrolments to look up,
/// 3. [`verify_discoverable`](Self::verify_discoverable) is asked for each of them, until one does not reject.
impl WebAuthn {
    /// Asks for any passkey, with user verification whatever the settings say, since nothing else proves the person.
    pub(super) fn discoverable_challenge(&self) -> Result<Challenge, FactorError> {
        self.ask(Asked::Passkey, Vec::new(), UserVerification::Required)
    }

    /// Judges an answer for one enrolment of the person it claims to be from.
    pub(super) fn verify_discoverable(
        &self,
        proof: &Proof<'_>,
        answer: &Answer,
    ) -> Result<Verdict, FactorError> {
        let KeyEnrolment::Confirmed(key) = KeyEnrolment::parse(proof.enrolment)? else {
            return Ok(Verdict::Reject);
        };
        verdict(judge_assertion(
            self,
            Asked::Passkey,
            key,
            proof,
            UserVerification::Required,
            answer,
        ))
    }
}

/// Whose passkey `answer` claims to be from. It proves nothing yet, and anybody can claim anything.
pub(super) fn claimed_user(answer: &Answer) -> Option<UserId> {
    let assertion = parse_assertion(answer).ok()?;
    let handle = assertion.get_user_unique_id()?;
    Uuid::from_slice(handle).ok().map(UserId)
}
