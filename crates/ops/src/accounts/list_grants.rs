use portcullis_model::{AccountId, AccountRight, GrantView, Scope, Subject, SubjectKind};
use portcullis_store::{Snapshot, grants};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists everybody who reaches this account, and through what.
pub struct ListGrants {
    pub id: AccountId,
}

impl Operation for ListGrants {
    type Output = Vec<GrantView>;

    const NAME: &'static str = "account.list_grants";
    const RIGHT: Right = Right::OnAccount(AccountRight::View);
    const SCOPE: Scope = Scope::Read;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Account, self.id.0)
    }
}

impl Read for ListGrants {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<GrantView>, OpError> {
        Ok(grants::of_account(snapshot, self.id).await?)
    }
}
