use portcullis_model::{
    AuditFilter, AuditView, PageSize, Scope, Subject, SubjectKind, SystemRight, TrailPage,
};
use portcullis_store::{Snapshot, audit};

use crate::{OpError, Operation, Permit, Read, Right, Services};

/// Takes a part of the trail out of the house, newest first; that is on record itself.
pub struct Export {
    pub filter: AuditFilter,
}

/// The most entries in one export.
const MOST: usize = 100_000;

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
        let size = PageSize::clamp(200);
        let mut entries = Vec::new();
        let mut before = None;
        while entries.len() < MOST {
            let mut page = audit::list(snapshot, &self.filter, TrailPage { before, size }).await?;
            let more = usize::from(size.get()) < page.len();
            page.truncate(usize::from(size.get()));
            before = page.last().map(|last| last.seq);
            entries.append(&mut page);
            if !more {
                break;
            }
        }
        permit.message(format!("{} entries.", entries.len()));
        Ok(entries)
    }
}
