use portcullis_model::{GroupId, Role, Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::{Tx, people_groups, users};

use crate::groups::{DEEPEST, free_name, group};
use crate::text::Fields;
use crate::users::above_reach;
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Gives a group another name or another place in the tree.
pub struct Change {
    pub id: GroupId,
    pub name: String,
    pub parent: Option<GroupId>,
}

impl Operation for Change {
    type Output = ();

    const NAME: &'static str = "group.change";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Group, self.id.0)
    }
}

impl Write for Change {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<(), OpError> {
        let before = group(permit, tx, self.id).await?;
        let mut fields = Fields::default();
        let name = fields.name("name", &self.name);
        if let Some(parent) = self.parent {
            let path = people_groups::path(tx, parent).await?;
            if path.is_empty() {
                fields.wrong("parent", "is not there any more");
            } else if path.iter().any(|above| above.id == self.id) {
                fields.wrong("parent", "lies below this group");
            } else if DEEPEST <= path.len() {
                fields.wrong("parent", "is too deep in the tree");
            }
        }
        fields.done()?;
        if self.parent != before.parent && guards_above(permit, tx, self.id).await? {
            return Err(OpError::Denied);
        }
        free_name(tx, Some(self.id), self.parent, &name).await?;
        people_groups::set_name(tx, self.id, &name).await?;
        people_groups::set_parent(tx, self.id, self.parent).await?;
        permit.message(format!("It was `{}`.", before.name));
        Ok(())
    }
}

/// Whether what is asked of a privileged administrator depends on this group's place, and the caller is none.
async fn guards_above<O>(permit: &Permit<'_, O>, tx: &Tx, id: GroupId) -> Result<bool, OpError> {
    if !above_reach(permit, Role::PrivilegedAdministrator) {
        return Ok(false);
    }
    for (user, _) in users::everybody(tx).await? {
        if user.role != Role::PrivilegedAdministrator {
            continue;
        }
        if let Some(group) = user.group
            && people_groups::path(tx, group)
                .await?
                .iter()
                .any(|above| above.id == id)
        {
            return Ok(true);
        }
    }
    Ok(false)
}
