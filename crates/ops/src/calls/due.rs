use portcullis_model::{Scope, Subject, SubjectKind};
use portcullis_store::{Snapshot, calls};

use super::SILENCE;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Tells whether a call waits to be placed, or one was left by a node that died.
pub struct Due;

impl Operation for Due {
    type Output = bool;

    const NAME: &'static str = "call.due";
    const RIGHT: Right = Right::Operator;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Read for Due {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<bool, OpError> {
        let silent = calls::silent(snapshot, services.now() - SILENCE).await?;
        Ok(!silent.is_empty() || calls::queued(snapshot).await?.is_some())
    }
}
