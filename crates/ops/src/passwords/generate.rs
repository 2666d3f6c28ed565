use portcullis_crypto::generate_password;
use portcullis_model::{PasswordPolicy, Scope, Secret, Subject, SubjectKind};
use portcullis_store::Snapshot;

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Draws a password that follows a policy. It is stored nowhere.
pub struct Generate {
    pub policy: String,
}

impl Operation for Generate {
    type Output = Secret;

    const NAME: &'static str = "password.generate";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Read;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Read for Generate {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        _snapshot: &Snapshot,
    ) -> Result<Secret, OpError> {
        let policy = PasswordPolicy::built_in()
            .into_iter()
            .find(|policy| policy.name == self.policy)
            .ok_or_else(|| OpError::invalid("policy", "is not a password policy"))?;
        Ok(generate_password(&policy, &*services.chance))
    }
}
