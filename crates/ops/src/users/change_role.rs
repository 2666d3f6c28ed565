use portcullis_model::{Role, Scope, Subject, SubjectKind, SystemRight, UserId, UserState};
use portcullis_store::{Tx, users};

use crate::users::{above_reach, keep_one_administrator, person};
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Gives a person another role; they sign in again.
pub struct ChangeRole {
    pub id: UserId,
    pub role: Role,
}

impl Operation for ChangeRole {
    type Output = ();

    const NAME: &'static str = "user.change_role";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::User, self.id.0)
    }
}

impl Write for ChangeRole {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        permit.fresh(services)?;
        let user = person(permit, tx, self.id).await?;
        if above_reach(permit, user.role) || above_reach(permit, self.role) {
            return Err(OpError::Denied);
        }
        if Some(user.id) == permit.caller().user() {
            return Err(OpError::Conflict(
                "You cannot change your own role. Ask another administrator.",
            ));
        }
        if user.state == UserState::Active && self.role != user.role {
            keep_one_administrator(tx, &user).await?;
        }
        users::set_role(tx, user.id, self.role).await?;
        permit.message(format!("From {} to {}.", user.role.label(), self.role.label()));
        Ok(())
    }
}
