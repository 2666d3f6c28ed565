use portcullis_model::{FactorKind, Scope, Subject, SubjectKind};
use portcullis_store::Snapshot;

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services, mfa_policy};

/// Tells what the first page of sign-in offers; the same to everybody.
pub struct Inspect;

#[derive(Clone, Copy, Debug)]
pub struct Entrance {
    /// Whether a passkey can be both proofs.
    pub passkey: bool,
}

impl Operation for Inspect {
    type Output = Entrance;

    const NAME: &'static str = "login.inspect";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Login)
    }
}

impl Read for Inspect {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Entrance, OpError> {
        Ok(Entrance {
            passkey: passkeys_open(services, snapshot).await?,
        })
    }
}

/// Whether anybody may sign in with a passkey alone. Whom it may let in is looked at once it says whose it is.
pub(super) async fn passkeys_open(services: &Services, snapshot: &Snapshot) -> Result<bool, OpError> {
    let site = mfa_policy::site_policy(snapshot).await?;
    Ok(site.passkey_alone
        && site.methods.contains(&FactorKind::WebAuthn)
        && services.factor(FactorKind::WebAuthn).is_ok())
}
