use portcullis_model::{PasswordPolicy, Scope, Subject, SubjectKind};
use portcullis_store::Snapshot;

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists the password policies.
pub struct Policies;

impl Operation for Policies {
    type Output = Vec<PasswordPolicy>;

    const NAME: &'static str = "password.list_policies";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Read;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Read for Policies {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        _snapshot: &Snapshot,
    ) -> Result<Vec<PasswordPolicy>, OpError> {
        Ok(PasswordPolicy::built_in().to_vec())
    }
}
