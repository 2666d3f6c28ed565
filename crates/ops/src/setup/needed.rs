use portcullis_model::{Scope, Subject, SubjectKind, UserState};
use portcullis_store::{Snapshot, users};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Tells whether nobody has finished set-up yet.
pub struct Needed;

impl Operation for Needed {
    type Output = bool;

    const NAME: &'static str = "setup.needed";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Read for Needed {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<bool, OpError> {
        let active = users::count(snapshot, UserState::Active).await?;
        let locked = users::count(snapshot, UserState::Locked).await?;
        Ok(active + locked == 0)
    }
}
