use portcullis_model::{ResourceId, Scope, Subject, SubjectKind};
use portcullis_store::{Tx, resources};

use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Takes a resource out of the trash, with the accounts that went in with it.
pub struct Restore {
    pub id: ResourceId,
}

impl Operation for Restore {
    type Output = ();

    const NAME: &'static str = "resource.restore";
    const RIGHT: Right = Right::OnDeletedResource;
    const SCOPE: Scope = Scope::Write;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Resource, self.id.0)
    }
}

impl Write for Restore {
    async fn run(self, _permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<(), OpError> {
        match resources::restore(tx, self.id).await? {
            0 => Err(OpError::NotFound),
            _ => Ok(()),
        }
    }
}
