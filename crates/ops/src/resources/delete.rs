use portcullis_model::{AccountRight, ResourceId, Scope, Subject, SubjectKind};
use portcullis_store::{Tx, resources};

use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Puts a resource and its accounts into the trash, from where they can come back for 30 days.
pub struct Delete {
    pub id: ResourceId,
}

impl Operation for Delete {
    type Output = ();

    const NAME: &'static str = "resource.delete";
    const RIGHT: Right = Right::OnResource(AccountRight::Full);
    const SCOPE: Scope = Scope::Write;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Resource, self.id.0)
    }
}

impl Write for Delete {
    async fn run(self, _permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        match resources::delete(tx, self.id, services.now()).await? {
            0 => Err(OpError::NotFound),
            _ => Ok(()),
        }
    }
}
