use portcullis_model::{Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::{Snapshot, audit};

use crate::trail::GENESIS;
use crate::{Audit, Checkpoint, OpError, Operation, Permit, Read, Right, Services};

/// Gives the end of the trail, to be kept outside.
pub struct FindCheckpoint;

impl Operation for FindCheckpoint {
    type Output = Checkpoint;

    const NAME: &'static str = "audit.find_checkpoint";
    const RIGHT: Right = Right::System(SystemRight::ReadAudit);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Audit)
    }
}

impl Read for FindCheckpoint {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Checkpoint, OpError> {
        let (seq, hash) = audit::newest(snapshot).await?.unwrap_or((0, GENESIS.to_vec()));
        Ok(Checkpoint {
            seq,
            hash: hash.try_into().map_err(|_| OpError::Damaged)?,
        })
    }
}
