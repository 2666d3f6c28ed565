use portcullis_crypto::token_digest;
use portcullis_model::{Scope, Secret, Subject, SubjectKind};
use portcullis_store::{Tx, logins};

use crate::sign_in::denied;
use crate::{Audit, OpError, Operation, Permit, Right, Services, Write};

/// Gives up an unfinished sign-in.
pub struct Cancel {
    pub token: Secret,
}

impl Operation for Cancel {
    type Output = ();

    const NAME: &'static str = "login.cancel";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Login)
    }
}

impl Write for Cancel {
    async fn run(self, _permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        if let Some(login) = logins::find(tx, &token_digest(self.token.expose())).await? {
            // Whoever knows a password must not be able to hide it by giving up.
            denied::tell(services, tx, &login).await?;
            logins::end(tx, login.id).await?;
        }
        Ok(())
    }
}
