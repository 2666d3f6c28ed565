use portcullis_model::{Scope, SignInFilter, SignInView, Subject, SubjectKind, SystemRight};
use portcullis_store::Snapshot;

use crate::{OpError, Operation, Permit, Read, Right, Services, export};

/// Takes sign-in events out of the house, newest first; that is on record itself.
pub struct Export {
    pub filter: SignInFilter,
}

impl Operation for Export {
    type Output = Vec<SignInView>;

    const NAME: &'static str = "activity.export";
    const RIGHT: Right = Right::System(SystemRight::ReadAudit);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Audit)
    }
}

impl Read for Export {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<SignInView>, OpError> {
        permit.fresh(services)?;
        let events = export::all(&self.filter, snapshot).await?;
        permit.message(format!("{} sign-in events.", events.len()));
        Ok(events)
    }
}
