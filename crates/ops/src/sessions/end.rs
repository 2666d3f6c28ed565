use portcullis_model::{Scope, SessionId, Subject, SubjectKind};
use portcullis_store::{Tx, sessions};

use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Ends one of the caller's own sessions.
pub struct End {
    pub id: SessionId,
}

impl Operation for End {
    type Output = ();

    const NAME: &'static str = "session.end";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Session, self.id.0)
    }
}

impl Write for End {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<(), OpError> {
        match sessions::end(tx, permit.user()?, self.id).await? {
            0 => Err(OpError::NotFound),
            _ => Ok(()),
        }
    }
}
