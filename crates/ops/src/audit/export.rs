use portcullis_model::{AuditFilter, AuditView, Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::Snapshot;

use crate::{OpError, Operation, Permit, Read, Right, Services, export};

/// Takes a part of the trail out of the house, newest first; that is on record itself.
pub struct Export {
    pub filter: AuditFilter,
}

impl Operation for Export {
    type Output = Vec<AuditView>;

    const NAME: &'static str = "audit.export";
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
    ) -> Result<Vec<AuditView>, OpError> {
        permit.fresh(services)?;
        let entries = export::all(&self.filter, snapshot).await?;
        permit.message(format!("{} entries.", entries.len()));
        Ok(entries)
    }
}
