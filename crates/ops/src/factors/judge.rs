use portcullis_model::{Answer, Challenge, FactorError, FactorKind, Proof, Verdict};
use portcullis_store::factors::Factor;
use zeroize::Zeroizing;

use crate::Services;

/// A factor of a person, opened.
pub(crate) type Candidate = (Factor, Zeroizing<Vec<u8>>);

/// What one answer was worth: the factor that did not reject it, and what it said.
pub(crate) type Judged = Option<(usize, Verdict)>;

/// Holds an answer against one factor after the other, until one does not reject it.
pub(crate) async fn judge(
    services: &Services,
    kind: FactorKind,
    settings: &[u8],
    candidates: &[Candidate],
    challenge: &Challenge,
    answer: &Answer,
) -> Result<Judged, FactorError> {
    let Ok(method) = services.factor(kind) else {
        return Err(FactorError::Settings(format!("no {kind} factor is installed")));
    };
    for (index, (_, enrolment)) in candidates.iter().enumerate() {
        let proof = Proof {
            enrolment,
            challenge,
            settings,
            chance: &*services.chance,
        };
        match method.verify(&proof, answer).await? {
            Verdict::Reject => {}
            verdict => return Ok(Some((index, verdict))),
        }
    }
    Ok(None)
}
