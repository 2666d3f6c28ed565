use portcullis_model::{Scope, Subject, SubjectKind};
use portcullis_store::{Snapshot, outbox};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Tells whether a letter is due.
pub struct Due;

impl Operation for Due {
    type Output = bool;

    const NAME: &'static str = "mail.due";
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
        Ok(outbox::due(snapshot, services.now()).await?.is_some())
    }
}
