use portcullis_model::{Scope, Subject, SubjectKind, TrashView};
use portcullis_store::{Snapshot, trash};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists what the caller owns in the trash.
pub struct List;

impl Operation for List {
    type Output = Vec<TrashView>;

    const NAME: &'static str = "trash.list";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Read;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Read for List {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<TrashView>, OpError> {
        Ok(trash::list(snapshot, permit.user()?).await?)
    }
}
