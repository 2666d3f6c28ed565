use portcullis_model::{AccountRight, GrantView, ResourceId, Scope, Subject, SubjectKind};
use portcullis_store::{Snapshot, grants};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists everybody who reaches this resource, and through what.
pub struct ListGrants {
    pub id: ResourceId,
}

impl Operation for ListGrants {
    type Output = Vec<GrantView>;

    const NAME: &'static str = "resource.list_grants";
    const RIGHT: Right = Right::OnResource(AccountRight::View);
    const SCOPE: Scope = Scope::Read;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Resource, self.id.0)
    }
}

impl Read for ListGrants {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<GrantView>, OpError> {
        Ok(grants::of_resource(snapshot, self.id).await?)
    }
}
