use portcullis_model::{
    AuditFilter, AuditView, Page, PageSize, Scope, Subject, SubjectKind, SystemRight, TrailPage,
};
use portcullis_store::{Snapshot, audit};

use crate::export::Pages;
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
        let before = self.before.map(|before| before.to_string());
        self.filter.page(snapshot, before.as_deref(), self.size).await
    }
}

impl Pages for AuditFilter {
    type Row = AuditView;

    async fn page(
        &self,
        snapshot: &Snapshot,
        before: Option<&str>,
        size: PageSize,
    ) -> Result<Page<AuditView>, OpError> {
        let before = before.and_then(|before| before.parse().ok());
        let rows = audit::list(snapshot, self, TrailPage { before, size }).await?;
        Ok(Page::cut(rows, size, |last| last.seq.to_string()))
    }
}
