use std::future::Future;

use portcullis_model::{AccountRight, Scope, Subject, SystemRight};
use portcullis_store::{Snapshot, Tx};

use crate::{OpError, Permit, Services};

/// Something that a person, a program or a job can ask for.
pub trait Operation: Sized + Send + Sync + 'static {
    type Output: Send + 'static;

    /// The name in the audit trail and in the permission table: `noun.verb`.
    const NAME: &'static str;
    /// What the caller must hold. For `OnAccount` and `OnResource` the subject says on which.
    const RIGHT: Right;
    /// What a personal token must be good for.
    const SCOPE: Scope;
    const AUDIT: Audit = Audit::Always;

    fn subject(&self) -> Subject;

    /// Why the caller says they do it.
    fn reason(&self) -> Option<String> {
        None
    }
}

/// An operation that changes nothing here: it runs on a snapshot, and its entry is durable before its
/// output leaves.
pub trait Read: Operation {
    fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> impl Future<Output = Result<Self::Output, OpError>> + Send;
}

/// An operation that is finished when its database transaction is.
pub trait Write: Operation {
    fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> impl Future<Output = Result<Self::Output, OpError>> + Send;
}

/// An operation that takes long or reaches outside, so that no transaction can cover it.
///
/// `prepare` is committed before `act` starts, and `settle` after it ends. A crash in between leaves what
/// `prepare` wrote: a spent attempt, a pending password.
pub trait Remote: Operation {
    type Plan: Send + Sync;
    type Effect: Send;

    /// Whether the trail says that it began.
    const STARTS: Starts = Starts::Silently;

    fn prepare(
        &self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> impl Future<Output = Result<Self::Plan, OpError>> + Send;

    fn act(
        &self,
        services: &Services,
        plan: &Self::Plan,
    ) -> impl Future<Output = Result<Self::Effect, OpError>> + Send;

    fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        plan: Self::Plan,
        effect: Self::Effect,
        tx: &Tx,
    ) -> impl Future<Output = Result<Self::Output, OpError>> + Send;
}

/// What a caller must hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Right {
    /// The operation asks for its own proof: signing in and setting up.
    Nothing,
    OnAccount(AccountRight),
    OnDeletedAccount,
    OnDeletedResource,
    OnResource(AccountRight),
    /// The server's own command line or a job; never a person from outside.
    Operator,
    /// Any signed-in person, on their own things or on lists that are filtered for them.
    SignedIn,
    System(SystemRight),
}

impl Right {
    /// For the permission table.
    pub fn text(self) -> String {
        match self {
            Self::Nothing => "nothing".to_owned(),
            Self::OnAccount(right) => format!("{right} on the account"),
            Self::OnDeletedAccount => "full on the deleted account".to_owned(),
            Self::OnDeletedResource => "full on the deleted resource".to_owned(),
            Self::OnResource(right) => format!("{right} on the resource"),
            Self::Operator => "the server's command line".to_owned(),
            Self::SignedIn => "to be signed in".to_owned(),
            Self::System(right) => right.to_string(),
        }
    }
}

/// Which outcomes the trail keeps.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Audit {
    Always,
    /// Refusals, and successes that have something to say: for jobs that mostly find nothing to do.
    Remarks,
    /// Only what was refused or failed: for lists and pages, whose every look would drown the rest.
    Refusals,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Starts {
    OnRecord,
    Silently,
}
