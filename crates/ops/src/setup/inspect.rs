use portcullis_model::{Scope, Secret, Subject, SubjectKind};
use portcullis_store::{Snapshot, users};

use crate::setup::invitation_of;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Tells whom a set-up code is for.
pub struct Inspect {
    pub code: Secret,
}

#[derive(Clone, Debug)]
pub struct Invited {
    /// The code of the first administrator, who chooses their own user name.
    pub first: bool,
    pub username: Option<String>,
    pub display_name: Option<String>,
    pub email: Option<String>,
}

impl Operation for Inspect {
    type Output = Invited;

    const NAME: &'static str = "setup.inspect";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Read for Inspect {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Invited, OpError> {
        let invitation = invitation_of(snapshot, &self.code, services.now()).await?;
        let user = match invitation.user {
            Some(user) => users::find(snapshot, user).await?,
            None => None,
        };
        Ok(Invited {
            first: invitation.first,
            username: user.as_ref().map(|user| user.username.clone()),
            display_name: user.as_ref().map(|user| user.display_name.clone()),
            email: user.map(|user| user.email),
        })
    }
}
