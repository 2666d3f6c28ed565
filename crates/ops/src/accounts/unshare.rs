use portcullis_model::{AccountId, AccountRight, Scope, Subject, SubjectKind, UserId};
use portcullis_store::Tx;
use portcullis_store::grants::Target;

use crate::sharing;
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Takes a person's right on this account away, at once.
pub struct Unshare {
    pub id: AccountId,
    pub user: UserId,
}

impl Operation for Unshare {
    type Output = ();

    const NAME: &'static str = "account.unshare";
    const RIGHT: Right = Right::OnAccount(AccountRight::Full);
    const SCOPE: Scope = Scope::Write;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Account, self.id.0)
    }
}

impl Write for Unshare {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<(), OpError> {
        sharing::unshare(permit, tx, Target::Account(self.id), self.user).await
    }
}
