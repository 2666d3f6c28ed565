use portcullis_model::{
    AccountId, AccountRight, AuditFilter, AuditView, PageSize, Scope, Subject, SubjectKind, TrailPage,
};
use portcullis_store::{Snapshot, audit};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists who did what with one account lately.
pub struct Activity {
    pub id: AccountId,
}

impl Operation for Activity {
    type Output = Vec<AuditView>;

    const NAME: &'static str = "account.list_activity";
    const RIGHT: Right = Right::OnAccount(AccountRight::Modify);
    const SCOPE: Scope = Scope::Read;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Account, self.id.0)
    }
}

impl Read for Activity {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<AuditView>, OpError> {
        let filter = AuditFilter {
            subject: Some(self.id.0),
            ..AuditFilter::everything()
        };
        let page = TrailPage {
            before: None,
            size: PageSize::DEFAULT,
        };
        Ok(audit::list(snapshot, &filter, page).await?)
    }
}
