use portcullis_model::{GroupId, Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::{Tx, people_groups};

use crate::groups::group;
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Deletes an empty group.
pub struct Delete {
    pub id: GroupId,
}

impl Operation for Delete {
    type Output = ();

    const NAME: &'static str = "group.delete";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Group, self.id.0)
    }
}

impl Write for Delete {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<(), OpError> {
        group(permit, tx, self.id).await?;
        if people_groups::count_in(tx, self.id).await? != (0, 0) {
            return Err(OpError::Conflict(
                "Somebody or another group is still in it. Move them first.",
            ));
        }
        people_groups::delete(tx, self.id).await?;
        Ok(())
    }
}
