use portcullis_model::{ResourceDraft, ResourceId, Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::Tx;
use portcullis_store::resources::{self, Resource};

use crate::resources::{checked, words};
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Adds a resource; whoever adds it owns it.
pub struct Add {
    pub draft: ResourceDraft,
}

impl Operation for Add {
    type Output = ResourceId;

    const NAME: &'static str = "resource.add";
    const RIGHT: Right = Right::System(SystemRight::AddResources);
    const SCOPE: Scope = Scope::Write;

    fn subject(&self) -> Subject {
        Subject {
            name: Some(self.draft.name.clone()),
            ..Subject::kind(SubjectKind::Resource)
        }
    }
}

impl Write for Add {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<ResourceId, OpError> {
        let draft = checked(&self.draft)?;
        let now = services.now();
        let resource = Resource {
            id: ResourceId(services.new_id()),
            owner: permit.user()?,
            draft,
            created_at: now,
            changed_at: now,
        };
        resources::insert(tx, &resource, &words(&resource.draft)).await?;
        permit.about(Subject {
            kind: SubjectKind::Resource,
            id: Some(resource.id.0),
            name: Some(resource.draft.name),
        });
        Ok(resource.id)
    }
}
