use portcullis_model::{AccountId, AccountRight, Scope, Secret, Subject, SubjectKind};
use portcullis_store::Snapshot;

use crate::accounts::reveal_password::open;
use crate::{OpError, Operation, Permit, Read, Right, Services};

/// Gives the current password to a clipboard.
pub struct CopyPassword {
    pub id: AccountId,
    pub reason: String,
}

impl Operation for CopyPassword {
    type Output = Secret;

    const NAME: &'static str = "account.copy_password";
    const RIGHT: Right = Right::OnAccount(AccountRight::View);
    const SCOPE: Scope = Scope::Reveal;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Account, self.id.0)
    }

    fn reason(&self) -> Option<String> {
        Some(self.reason.clone())
    }
}

impl Read for CopyPassword {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Secret, OpError> {
        open(permit, services, snapshot, self.id, None).await
    }
}
