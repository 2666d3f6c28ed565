use portcullis_model::{Branding, Scope, Subject, SystemRight};
use portcullis_store::Snapshot;

use super::check::{Checked, check};
use super::subject;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Checks how the pages would look, before anybody sees it.
pub struct Preview {
    pub value: Branding,
}

impl Operation for Preview {
    type Output = Checked;

    const NAME: &'static str = "branding.preview";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        subject()
    }
}

impl Read for Preview {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Checked, OpError> {
        check(snapshot, self.value).await
    }
}
