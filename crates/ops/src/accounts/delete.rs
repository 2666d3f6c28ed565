use portcullis_model::{AccountId, AccountRight, Scope, Subject, SubjectKind};
use portcullis_store::{Tx, accounts};

use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Puts an account into the trash, from where it can come back for 30 days.
pub struct Delete {
    pub id: AccountId,
}

impl Operation for Delete {
    type Output = ();

    const NAME: &'static str = "account.delete";
    const RIGHT: Right = Right::OnAccount(AccountRight::Full);
    const SCOPE: Scope = Scope::Write;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Account, self.id.0)
    }
}

impl Write for Delete {
    async fn run(self, _permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        match accounts::delete(tx, self.id, services.now()).await? {
            0 => Err(OpError::NotFound),
            _ => Ok(()),
        }
    }
}
