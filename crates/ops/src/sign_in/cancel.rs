use portcullis_crypto::token_digest;
use portcullis_model::{Scope, Secret, Subject, SubjectKind};
use portcullis_store::{Tx, logins, recovery_requests};

use crate::calls;
use crate::recovery::{APPROVED_ONCE, CANCELLED, WAITING};
use crate::sign_in::{RECOVERING, denied};
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
            if login.state == RECOVERING
                && let Some(user) = login.user
                && let Some(request) = recovery_requests::of_login(tx, login.id).await?
                && matches!(request.state.as_str(), WAITING | APPROVED_ONCE)
            {
                recovery_requests::withdraw(tx, user, CANCELLED, services.now()).await?;
            }
            // Whoever knows a password must not be able to hide it by giving up.
            denied::tell(services, tx, &login).await?;
            calls::cancel(services, tx, login.id.0).await?;
            logins::end(tx, login.id).await?;
        }
        Ok(())
    }
}
