use portcullis_model::{AccountId, AccountRight, Scope, Subject, SubjectKind, VersionView};
use portcullis_store::{Snapshot, versions};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists the passwords that an account has had, without the passwords; newest first.
pub struct History {
    pub id: AccountId,
}

impl Operation for History {
    type Output = Vec<VersionView>;

    const NAME: &'static str = "account.list_versions";
    const RIGHT: Right = Right::OnAccount(AccountRight::View);
    const SCOPE: Scope = Scope::Read;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Account, self.id.0)
    }
}

impl Read for History {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<VersionView>, OpError> {
        Ok(versions::history(snapshot, self.id).await?)
    }
}
