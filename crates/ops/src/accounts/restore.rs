use portcullis_model::{AccountId, Scope, Subject, SubjectKind};
use portcullis_store::{Tx, accounts};

use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Takes an account out of the trash.
pub struct Restore {
    pub id: AccountId,
}

impl Operation for Restore {
    type Output = ();

    const NAME: &'static str = "account.restore";
    const RIGHT: Right = Right::OnDeletedAccount;
    const SCOPE: Scope = Scope::Write;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Account, self.id.0)
    }
}

impl Write for Restore {
    async fn run(self, _permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<(), OpError> {
        match accounts::restore(tx, self.id).await? {
            0 => Err(OpError::Conflict(
                "Its resource is in the trash. Restore that first.",
            )),
            _ => Ok(()),
        }
    }
}
