use portcullis_model::{AccountView, Page, PageSize, ResourceId, Scope, Subject, SubjectKind, VaultFilter};
use portcullis_store::{Snapshot, accounts};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists the accounts that the caller sees.
pub struct List {
    /// Words in names, addresses, types and departments; all must occur.
    pub query: String,
    pub kind: Option<String>,
    pub resource: Option<ResourceId>,
    pub after: Option<String>,
    pub size: PageSize,
}

impl Operation for List {
    type Output = Page<AccountView>;

    const NAME: &'static str = "account.list";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Read;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Account)
    }
}

impl Read for List {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Page<AccountView>, OpError> {
        let filter = VaultFilter {
            query: self.query,
            kind: self.kind,
            resource: self.resource,
            after: self.after,
            size: self.size,
        };
        Ok(accounts::list(snapshot, permit.user()?, &filter, services.now()).await?)
    }
}
