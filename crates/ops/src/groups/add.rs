use portcullis_model::{Group, GroupId, Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::{Tx, people_groups};

use crate::groups::{DEEPEST, free_name};
use crate::text::Fields;
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Adds a group, at the top or below another.
pub struct Add {
    pub name: String,
    pub parent: Option<GroupId>,
}

impl Operation for Add {
    type Output = GroupId;

    const NAME: &'static str = "group.add";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject {
            name: Some(self.name.clone()),
            ..Subject::kind(SubjectKind::Group)
        }
    }
}

impl Write for Add {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<GroupId, OpError> {
        let mut fields = Fields::default();
        let name = fields.name("name", &self.name);
        if let Some(parent) = self.parent {
            match people_groups::path(tx, parent).await?.len() {
                0 => fields.wrong("parent", "is not there any more"),
                depth if DEEPEST <= depth => fields.wrong("parent", "is too deep in the tree"),
                _ => {}
            }
        }
        fields.done()?;
        free_name(tx, None, self.parent, &name).await?;
        let group = Group {
            id: GroupId(services.new_id()),
            parent: self.parent,
            name,
            requirement: None,
            created_at: services.now(),
        };
        people_groups::insert(tx, &group).await?;
        permit.about(Subject {
            kind: SubjectKind::Group,
            id: Some(group.id.0),
            name: Some(group.name),
        });
        Ok(group.id)
    }
}
