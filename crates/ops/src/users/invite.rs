use portcullis_model::{Scope, Subject, SubjectKind, SystemRight, UserId, UserState};
use portcullis_store::Tx;

use crate::text::for_trail;
use crate::users::{Invitation, above_reach, invite, person, tell_invited};
use crate::{OpError, Operation, Permit, Right, Services, Write, notices};

/// Draws a new set-up code. Until it is used, the person's password and factors stay as they are.
pub struct Invite {
    pub id: UserId,
    pub reason: String,
}

impl Operation for Invite {
    type Output = Invitation;

    const NAME: &'static str = "user.invite";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::User, self.id.0)
    }

    fn reason(&self) -> Option<String> {
        Some(self.reason.clone())
    }
}

impl Write for Invite {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Invitation, OpError> {
        let user = person(permit, tx, self.id).await?;
        if above_reach(permit, user.role) {
            return Err(OpError::Denied);
        }
        if user.state == UserState::Locked {
            return Err(OpError::Conflict("This person is locked. Unlock them first."));
        }
        if Some(user.id) == permit.caller().user() {
            return Err(OpError::Conflict(
                "You cannot invite yourself. Ask another administrator.",
            ));
        }
        let what = format!(
            "On the server's command line, a set-up code was made for the account {}. The reason given: {}",
            user.username,
            for_trail(self.reason.trim())
        );
        notices::tell_of_console(
            services,
            tx,
            permit.caller(),
            "A set-up code was made on the server",
            &what,
        )
        .await?;
        let invitation = invite(services, tx, user.id).await?;
        tell_invited(services, tx, permit.who(), &user, invitation.expires_at).await?;
        Ok(invitation)
    }
}
