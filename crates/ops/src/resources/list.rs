use portcullis_model::{Page, PageSize, ResourceView, Scope, Subject, SubjectKind, VaultFilter};
use portcullis_store::{Snapshot, resources};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists the resources that the caller sees.
pub struct List {
    pub query: String,
    pub kind: Option<String>,
    pub after: Option<String>,
    pub size: PageSize,
}

impl Operation for List {
    type Output = Page<ResourceView>;

    const NAME: &'static str = "resource.list";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Read;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Resource)
    }
}

impl Read for List {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Page<ResourceView>, OpError> {
        let filter = VaultFilter {
            query: self.query,
            kind: self.kind,
            resource: None,
            after: self.after,
            size: self.size,
        };
        Ok(resources::list(snapshot, permit.user()?, &filter).await?)
    }
}
