use portcullis_model::{Answer, Challenge, FactorError, FactorKind, Proof, Verdict};
use portcullis_store::Tx;
use portcullis_store::factors::{self, Factor};
use zeroize::Zeroizing;

use crate::{OpError, Services};

/// A factor of a person, opened.
pub(crate) type Candidate = (Factor, Zeroizing<Vec<u8>>);

/// What one answer was worth: the factor that did not reject it, and what it said.
pub(crate) type Judged = Option<(usize, Verdict)>;

/// Spends what said yes: writes back what it changed, and takes a pass away. Answers `false` if somebody else was
/// first. The caller holds the person.
pub(crate) async fn spend(
    services: &Services,
    tx: &Tx,
    factor: &Factor,
    enrolment: Option<&[u8]>,
) -> Result<bool, OpError> {
    if factor.kind == FactorKind::TemporaryPass {
        return Ok(factors::delete(tx, factor.id).await? == 1);
    }
    let Some(enrolment) = enrolment else {
        return Ok(true);
    };
    let sealed = services
        .vault
        .seal_factor(services, tx, factor.id, factor.user, enrolment)
        .await?;
    Ok(factors::replace(tx, factor.id, factor.revision, &sealed, services.now()).await? == 1)
}

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

/// The same for an answer that is to be both proofs.
pub(crate) async fn judge_alone(
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
        match method.verify_alone(&proof, answer).await? {
            Verdict::Reject => {}
            verdict => return Ok(Some((index, verdict))),
        }
    }
    Ok(None)
}
