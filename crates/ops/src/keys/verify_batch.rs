use portcullis_crypto::Purpose;
use portcullis_model::{Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::{Tx, factors, key_rotations, sealed, versions};

use crate::keys::rewrap_batch::count;
use crate::keys::{Phase, Progress, open_rotation};
use crate::vault::{place_of_factor, place_of_sealed, place_of_version};
use crate::{Audit, OpError, Operation, Permit, Right, Services, Write};

/// Opens the next few values once more, so that no key is destroyed that is still needed.
pub struct VerifyBatch {
    pub purpose: Purpose,
}

const BATCH: u16 = 500;

impl Operation for VerifyBatch {
    type Output = Progress;

    const NAME: &'static str = "key.verify_batch";
    const RIGHT: Right = Right::System(SystemRight::ManageKeys);
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject {
            name: Some(self.purpose.word().to_owned()),
            ..Subject::kind(SubjectKind::Key)
        }
    }
}

impl Write for VerifyBatch {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Progress, OpError> {
        let rotation = open_rotation(tx, self.purpose).await?;
        if rotation.phase != "verify" {
            return Ok(Progress {
                phase: Phase::Finish,
                moved: rotation.moved,
            });
        }
        let (_, keyring) = services.vault.current(tx, self.purpose).await?;
        let (last, done) = match self.purpose {
            Purpose::Vault => {
                let batch = versions::after(tx, rotation.resume_after, BATCH).await?;
                for version in &batch {
                    let place = place_of_version(version.account, version.id, version.number);
                    keyring.open(self.purpose, &place, &version.password)?;
                }
                (batch.last().map(|version| version.id.0), count(batch.len()))
            }
            Purpose::Connections => {
                let batch = sealed::after(tx, rotation.resume_after, BATCH).await?;
                for found in &batch {
                    let what = found.what.parse().map_err(|_| OpError::Damaged)?;
                    keyring.open(self.purpose, &place_of_sealed(what, found.id), &found.value)?;
                }
                (batch.last().map(|found| found.id), count(batch.len()))
            }
            _ => {
                let batch = factors::after(tx, rotation.resume_after, BATCH).await?;
                for factor in &batch {
                    let place = place_of_factor(factor.id, factor.user);
                    keyring.open(self.purpose, &place, &factor.enrolment)?;
                }
                (batch.last().map(|factor| factor.id.0), count(batch.len()))
            }
        };
        let moved = rotation.moved + done;
        let (phase, word) = if last.is_some() {
            (Phase::Verify, "verify")
        } else {
            (Phase::Finish, "finish")
        };
        if key_rotations::advance(tx, &rotation, word, last, moved).await? != 1 {
            return Err(OpError::Conflict("Another process is rotating this key."));
        }
        Ok(Progress { phase, moved })
    }
}
