use portcullis_model::{Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::{Tx, recovery_requests};
use uuid::Uuid;

use crate::recovery::{DENIED, to_decide};
use crate::text::for_trail;
use crate::{OpError, Operation, Permit, Right, Services, Write, notices};

/// Denies a request for help. The person is told.
pub struct Deny {
    pub id: Uuid,
    pub reason: String,
}

impl Operation for Deny {
    type Output = ();

    const NAME: &'static str = "recovery.deny";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Recovery, self.id)
    }

    fn reason(&self) -> Option<String> {
        Some(self.reason.clone())
    }
}

impl Write for Deny {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        permit.fresh(services)?;
        if self.reason.trim().is_empty() {
            return Err(OpError::invalid("reason", "must not be empty"));
        }
        let (mut request, _, user) = to_decide(permit, services, tx, self.id).await?;
        DENIED.clone_into(&mut request.state);
        permit.who().clone_into(&mut request.decided_by);
        request.reason = for_trail(self.reason.trim()).into_owned();
        request.decided_at = Some(services.now());
        if recovery_requests::decide(tx, &request).await? != 1 {
            return Err(OpError::Conflict(
                "This request was decided already, or taken back.",
            ));
        }
        permit.message("Denied help with the second step.");
        let what = format!(
            "{} denied the request for help with the second step of your account {}.",
            permit.who(),
            user.username
        );
        let subject = "Help with your second step was denied";
        notices::tell(services, tx, permit.caller(), &user, subject, &what).await
    }
}
