use portcullis_model::{GroupId, Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::Snapshot;

use crate::groups::GroupView;
use crate::groups::list::views;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Shows one group.
pub struct Find {
    pub id: GroupId,
}

impl Operation for Find {
    type Output = GroupView;

    const NAME: &'static str = "group.find";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Group, self.id.0)
    }
}

impl Read for Find {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<GroupView, OpError> {
        let views = views(snapshot).await?;
        views
            .into_iter()
            .find(|view| view.group.id == self.id)
            .ok_or(OpError::NotFound)
    }
}
