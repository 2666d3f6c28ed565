use portcullis_model::{AccountRight, ResourceId, ResourceView, Scope, Subject, SubjectKind};
use portcullis_store::{Snapshot, resources};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Shows one resource.
pub struct Find {
    pub id: ResourceId,
}

impl Operation for Find {
    type Output = ResourceView;

    const NAME: &'static str = "resource.find";
    const RIGHT: Right = Right::OnResource(AccountRight::View);
    const SCOPE: Scope = Scope::Read;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Resource, self.id.0)
    }
}

impl Read for Find {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<ResourceView, OpError> {
        resources::view_of(snapshot, permit.user()?, self.id)
            .await?
            .ok_or(OpError::NotFound)
    }
}
