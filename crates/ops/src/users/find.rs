use portcullis_model::{Scope, Subject, SubjectKind, SystemRight, UserId, UserView};
use portcullis_store::{Snapshot, users};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Shows one person.
pub struct Find {
    pub id: UserId,
}

impl Operation for Find {
    type Output = UserView;

    const NAME: &'static str = "user.find";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::User, self.id.0)
    }
}

impl Read for Find {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<UserView, OpError> {
        users::view_of(snapshot, self.id).await?.ok_or(OpError::NotFound)
    }
}
