use portcullis_model::{Scope, Subject, SubjectKind};
use portcullis_store::{Tx, sessions};

use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Ends the session that asks.
pub struct SignOut;

impl Operation for SignOut {
    type Output = ();

    const NAME: &'static str = "session.sign_out";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Session)
    }
}

impl Write for SignOut {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<(), OpError> {
        if let Some(session) = permit.caller().session {
            let user = permit.user()?;
            let own = sessions::list(tx, user).await?;
            if let Some(this) = own.iter().find(|own| own.id == session) {
                permit.at_browser(&this.agent);
            }
            sessions::end(tx, user, session).await?;
        }
        Ok(())
    }
}
