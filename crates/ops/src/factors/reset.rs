use portcullis_model::{FactorKind, Scope, Subject, SubjectKind, SystemRight, UserId};
use portcullis_store::{Tx, browsers, factors, logins, sessions, users};

use crate::factors::lift;
use crate::users::{above_reach, person};
use crate::{OpError, Operation, Permit, Right, Services, Write, notices};

/// Takes away what a person has set up of one kind. The policy still applies: they set it up again at their next
/// sign-in.
pub struct Reset {
    pub id: UserId,
    pub method: FactorKind,
    pub reason: String,
}

impl Operation for Reset {
    /// How many were taken away.
    type Output = u64;

    const NAME: &'static str = "factor.reset";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::User, self.id.0)
    }

    fn reason(&self) -> Option<String> {
        Some(self.reason.clone())
    }
}

impl Write for Reset {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<u64, OpError> {
        permit.fresh(services)?;
        users::hold(tx, self.id).await?;
        let user = person(permit, tx, self.id).await?;
        if above_reach(permit, user.role) {
            return Err(OpError::Denied);
        }
        if Some(user.id) == permit.caller().user() {
            return Err(OpError::Conflict("Your own methods are on My security."));
        }
        let removed = factors::delete_kind(tx, user.id, self.method).await?;
        let was_off = lift(tx, &user, self.method).await?;
        if removed == 0 && !was_off {
            return Err(OpError::Conflict("There is nothing of this kind."));
        }
        // Whoever is in the middle of signing in with it is not any more, and who is signed in signs in again.
        logins::end_all(tx, user.id).await?;
        sessions::end_all(tx, user.id, None).await?;
        browsers::forget_remembered(tx, user.id).await?;
        services.vault.record_factors(permit, tx, user.id).await?;
        permit.message(format!("Reset {}.", self.method.label()));
        let what = format!("{} reset your {}.", permit.who(), self.method.label());
        notices::tell(
            services,
            tx,
            permit.caller(),
            &user,
            "Your second step was reset",
            &what,
        )
        .await?;
        Ok(removed)
    }
}
