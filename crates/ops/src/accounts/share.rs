use portcullis_model::{AccountId, AccountRight, Scope, Subject, SubjectKind, UserId};
use portcullis_store::Tx;
use portcullis_store::grants::Target;

use crate::sharing;
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Gives a person a right on this account, in place of the one they had on it.
pub struct Share {
    pub id: AccountId,
    pub user: UserId,
    pub right: AccountRight,
}

impl Operation for Share {
    type Output = ();

    const NAME: &'static str = "account.share";
    const RIGHT: Right = Right::OnAccount(AccountRight::Full);
    const SCOPE: Scope = Scope::Write;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Account, self.id.0)
    }
}

impl Write for Share {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        let owner = portcullis_store::accounts::find(tx, self.id)
            .await?
            .ok_or(OpError::NotFound)?
            .owner;
        sharing::share(
            permit,
            services,
            tx,
            Target::Account(self.id),
            owner,
            self.user,
            self.right,
        )
        .await
    }
}
