use portcullis_model::{AccountRight, ResourceId, Scope, Subject, SubjectKind, UserId};
use portcullis_store::Tx;
use portcullis_store::grants::Target;

use crate::sharing;
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Gives a person a right on this resource, in place of the one they had on it.
pub struct Share {
    pub id: ResourceId,
    pub user: UserId,
    pub right: AccountRight,
}

impl Operation for Share {
    type Output = ();

    const NAME: &'static str = "resource.share";
    const RIGHT: Right = Right::OnResource(AccountRight::Full);
    const SCOPE: Scope = Scope::Write;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Resource, self.id.0)
    }
}

impl Write for Share {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        let owner = portcullis_store::resources::find(tx, self.id)
            .await?
            .ok_or(OpError::NotFound)?
            .owner;
        sharing::share(
            permit,
            services,
            tx,
            Target::Resource(self.id),
            owner,
            self.user,
            self.right,
        )
        .await
    }
}
