use portcullis_model::{Scope, Subject, SubjectKind, TokenId};
use portcullis_store::{Tx, tokens};

use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Ends one of the caller's own tokens.
pub struct Revoke {
    pub id: TokenId,
}

impl Operation for Revoke {
    type Output = ();

    const NAME: &'static str = "token.revoke";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Token, self.id.0)
    }
}

impl Write for Revoke {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<(), OpError> {
        match tokens::delete(tx, permit.user()?, self.id).await? {
            0 => Err(OpError::NotFound),
            _ => Ok(()),
        }
    }
}
