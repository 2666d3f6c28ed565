use portcullis_model::{CallFilter, LoggedCall, Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::Snapshot;

use crate::{OpError, Operation, Permit, Read, Right, Services, export};

/// Takes the log of phone calls out of the house, newest first; that is on record itself.
pub struct Export {
    pub filter: CallFilter,
}

impl Operation for Export {
    type Output = Vec<LoggedCall>;

    const NAME: &'static str = "call.export";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Read for Export {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<LoggedCall>, OpError> {
        permit.fresh(services)?;
        let calls = export::all(&self.filter, snapshot).await?;
        permit.message(format!("{} phone calls.", calls.len()));
        Ok(calls)
    }
}
