use portcullis_model::{Scope, Subject, SubjectKind, SystemRight, UserId, UserState};
use portcullis_store::{Tx, users};

use crate::users::{above_reach, person};
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Lets a locked person sign in again.
pub struct Unlock {
    pub id: UserId,
}

impl Operation for Unlock {
    type Output = ();

    const NAME: &'static str = "user.unlock";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::User, self.id.0)
    }
}

impl Write for Unlock {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<(), OpError> {
        let user = person(permit, tx, self.id).await?;
        if above_reach(permit, user.role) {
            return Err(OpError::Denied);
        }
        match users::set_state(tx, user.id, UserState::Locked, UserState::Active).await? {
            0 => Err(OpError::Conflict("This person is not locked.")),
            _ => Ok(()),
        }
    }
}
