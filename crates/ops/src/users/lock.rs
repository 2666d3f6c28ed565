use portcullis_model::{Scope, Subject, SubjectKind, SystemRight, UserId, UserState};
use portcullis_store::{Tx, browsers, invitations, logins, sessions, users};

use crate::users::{above_reach, keep_one_administrator, person};
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Keeps a person out, at once and everywhere.
pub struct Lock {
    pub id: UserId,
    pub reason: String,
}

impl Operation for Lock {
    type Output = ();

    const NAME: &'static str = "user.lock";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::User, self.id.0)
    }

    fn reason(&self) -> Option<String> {
        Some(self.reason.clone())
    }
}

impl Write for Lock {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<(), OpError> {
        let user = person(permit, tx, self.id).await?;
        if above_reach(permit, user.role) {
            return Err(OpError::Denied);
        }
        if Some(user.id) == permit.caller().user() {
            return Err(OpError::Conflict("You cannot lock yourself."));
        }
        if user.state != UserState::Active {
            return Err(OpError::Conflict("Only a person who is active can be locked."));
        }
        keep_one_administrator(tx, &user).await?;
        users::set_state(tx, user.id, UserState::Active, UserState::Locked).await?;
        sessions::end_all(tx, user.id, None).await?;
        logins::end_all(tx, user.id).await?;
        browsers::forget_remembered(tx, user.id).await?;
        invitations::withdraw(tx, user.id).await?;
        Ok(())
    }
}
