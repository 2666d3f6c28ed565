use portcullis_model::{GroupId, Scope, Subject, SubjectKind, SystemRight, UserId};
use portcullis_store::{Tx, people_groups, users};

use crate::users::{above_reach, person};
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Gives a person another place in the tree, or none.
pub struct MovePerson {
    pub id: UserId,
    pub group: Option<GroupId>,
}

impl Operation for MovePerson {
    type Output = ();

    const NAME: &'static str = "group.move_person";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::User, self.id.0)
    }
}

impl Write for MovePerson {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<(), OpError> {
        let user = person(permit, tx, self.id).await?;
        if above_reach(permit, user.role) {
            return Err(OpError::Denied);
        }
        let name = match self.group {
            Some(group) => {
                let found = people_groups::find(tx, group).await?;
                found
                    .ok_or_else(|| OpError::invalid("group", "is not there any more"))?
                    .name
            }
            None => "no group".to_owned(),
        };
        users::set_group(tx, self.id, self.group).await?;
        permit.message(format!("Moved to {name}."));
        Ok(())
    }
}
