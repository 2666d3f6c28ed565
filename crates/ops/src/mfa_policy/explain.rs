use portcullis_model::{Scope, Subject, SubjectKind, SystemRight, UserId};
use portcullis_store::{Snapshot, users};

use crate::mfa_policy::{Effective, of_person};
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Says what one person must prove, and why.
pub struct Explain {
    pub id: UserId,
}

#[derive(Clone, Debug)]
pub struct Explained {
    pub username: String,
    pub effective: Effective,
    /// "Use group authentication settings for this user".
    pub uses_group_settings: bool,
}

impl Operation for Explain {
    type Output = Explained;

    const NAME: &'static str = "policy.explain";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::User, self.id.0)
    }
}

impl Read for Explain {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Explained, OpError> {
        let user = users::find(snapshot, self.id).await?.ok_or(OpError::NotFound)?;
        Ok(Explained {
            effective: of_person(services, snapshot, &user).await?,
            uses_group_settings: user.setting.uses_group_settings,
            username: user.username,
        })
    }
}
