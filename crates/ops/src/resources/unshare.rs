use portcullis_model::{AccountRight, ResourceId, Scope, Subject, SubjectKind, UserId};
use portcullis_store::Tx;
use portcullis_store::grants::Target;

use crate::sharing;
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Takes a person's right on this resource away, at once.
pub struct Unshare {
    pub id: ResourceId,
    pub user: UserId,
}

impl Operation for Unshare {
    type Output = ();

    const NAME: &'static str = "resource.unshare";
    const RIGHT: Right = Right::OnResource(AccountRight::Full);
    const SCOPE: Scope = Scope::Write;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Resource, self.id.0)
    }
}

impl Write for Unshare {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<(), OpError> {
        sharing::unshare(permit, tx, Target::Resource(self.id), self.user).await
    }
}
