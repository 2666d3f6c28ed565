use portcullis_model::{FactorKind, Scope, Shown, Subject, SubjectKind};
use portcullis_store::{Snapshot, Tx, users};

use crate::calls::{self, CallView, Purpose};
use crate::factors::enrolment;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services, Write, mfa_policy};

/// Begins to set up one more of the caller's own methods.
pub struct Begin {
    pub method: FactorKind,
    /// A phone number; empty where nothing is typed.
    pub details: String,
}

impl Operation for Begin {
    type Output = ();

    const NAME: &'static str = "factor.begin";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Factor)
    }
}

impl Write for Begin {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        permit.fresh(services)?;
        let user = users::find(tx, permit.user()?).await?.ok_or(OpError::NotFound)?;
        let effective = mfa_policy::of_person(services, tx, &user).await?;
        if !self.method.is_own() || !effective.methods.contains(&self.method) {
            return Err(OpError::Conflict(
                "Your group's policy does not allow this method.",
            ));
        }
        enrolment::begin(services, tx, &user, self.method, &self.details).await
    }
}

/// Calls the number that was begun with, to confirm it.
pub struct Call;

impl Operation for Call {
    type Output = ();

    const NAME: &'static str = "factor.call";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Remarks;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Factor)
    }
}

impl Write for Call {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        permit.fresh(services)?;
        let user = users::find(tx, permit.user()?).await?.ok_or(OpError::NotFound)?;
        enrolment::call(permit, services, tx, &user, &permit.caller().address).await
    }
}

/// Shows what was begun: the key to scan, or the options for the browser.
pub struct Pending;

pub struct PendingFactor {
    pub method: FactorKind,
    pub username: String,
    pub shown: Shown,
    /// The call that confirms a phone number.
    pub call: Option<CallView>,
}

impl Operation for Pending {
    type Output = PendingFactor;

    const NAME: &'static str = "factor.pending";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Factor)
    }
}

impl Read for Pending {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<PendingFactor, OpError> {
        permit.fresh(services)?;
        let user = users::find(snapshot, permit.user()?)
            .await?
            .ok_or(OpError::NotFound)?;
        let pending = enrolment::pending(services, snapshot, &user).await?;
        if pending.factor.created_at + enrolment::OPEN <= services.now() {
            return Err(OpError::Expired);
        }
        Ok(PendingFactor {
            method: pending.factor.kind,
            shown: pending.shown(services, &user.username)?,
            call: calls::view(services, snapshot, pending.factor.id.0, Purpose::Enrolment).await?,
            username: user.username,
        })
    }
}
