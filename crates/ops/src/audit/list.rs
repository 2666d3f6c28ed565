use portcullis_model::{
    AuditFilter, AuditView, Page, PageSize, Scope, Subject, SubjectKind, SystemRight, TrailPage,
};
use portcullis_store::{Snapshot, audit};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists the trail, newest first.
pub struct List {
    pub filter: AuditFilter,
    /// Only entries with smaller numbers.
    pub before: Option<i64>,
    pub size: PageSize,
}

impl Operation for List {
    type Output = Page<AuditView>;

    const NAME: &'static str = "audit.list";
    const RIGHT: Right = Right::System(SystemRight::ReadAudit);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Audit)
    }
}

impl Read for List {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Page<AuditView>, OpError> {
        let page = TrailPage {
            before: self.before,
            size: self.size,
        };
        let mut items = audit::list(snapshot, &self.filter, page).await?;
        let more = usize::from(self.size.get()) < items.len();
        items.truncate(usize::from(self.size.get()));
        let next = items.last().filter(|_| more).map(|last| last.seq.to_string());
        Ok(Page { items, next })
    }
}
