use portcullis_model::{AccountId, AccountRight, Scope, Secret, Subject, SubjectKind};
use portcullis_store::{Snapshot, versions};

use crate::mfa_policy::site_policy;
use crate::{OpError, Operation, Permit, Read, Right, Services};

/// Shows a password.
pub struct RevealPassword {
    pub id: AccountId,
    /// Nothing for the current one.
    pub version: Option<u32>,
    pub reason: String,
}

impl Operation for RevealPassword {
    type Output = Secret;

    const NAME: &'static str = "account.reveal_password";
    const RIGHT: Right = Right::OnAccount(AccountRight::View);
    const SCOPE: Scope = Scope::Reveal;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Account, self.id.0)
    }

    fn reason(&self) -> Option<String> {
        Some(self.reason.clone())
    }
}

impl Read for RevealPassword {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Secret, OpError> {
        open(permit, services, snapshot, self.id, self.version).await
    }
}

pub(super) async fn open<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    snapshot: &Snapshot,
    id: AccountId,
    number: Option<u32>,
) -> Result<Secret, OpError> {
    // Whoever is fresh, and every program, needs no look at the policy.
    if let Err(stale) = permit.fresh(services)
        && site_policy(snapshot).await?.step_up_reveal
    {
        return Err(stale);
    }
    let (version, current) = versions::find_or_current(snapshot, id, number)
        .await?
        .ok_or(OpError::NotFound)?;
    permit.message(format!("Version {}.", version.number));
    services
        .vault
        .open_password(permit, snapshot, &version, current)
        .await
}
