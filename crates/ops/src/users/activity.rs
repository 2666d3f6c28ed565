use portcullis_model::{AuditView, Scope, Subject, SubjectKind};
use portcullis_store::{Snapshot, audit};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists what the caller did lately and what was done to them.
pub struct Activity;

const MOST: u16 = 20;

impl Operation for Activity {
    type Output = Vec<AuditView>;

    const NAME: &'static str = "user.list_my_activity";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Read;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Read for Activity {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<AuditView>, OpError> {
        Ok(audit::of_person(snapshot, permit.user()?.0, MOST).await?)
    }
}
