use std::marker::PhantomData;
use std::time::Duration;

use portcullis_model::{
    AccountId, AccountRight, Actor, Caller, FactorKind, Outcome, ResourceId, Scope, SessionId, Subject,
    UserId,
};
use portcullis_store::{Snapshot, grants};
use uuid::Uuid;

use crate::records::{Records, Remark};
use crate::{OpError, Operation, Right, Services};

/// Proof that the caller may run operation `O`. Only this module can make one.
///
/// ```compile_fail
/// fn forge<'a>(caller: &'a portcullis_model::Caller) -> portcullis_ops::Permit<'a, ()> {
///     portcullis_ops::Permit { caller, records: todo!(), operation: std::marker::PhantomData }
/// }
/// ```
pub struct Permit<'a, O> {
    caller: &'a Caller,
    records: &'a Records,
    operation: PhantomData<fn() -> O>,
}

impl<O> Permit<'_, O> {
    pub fn caller(&self) -> &Caller {
        self.caller
    }

    /// The signed-in person.
    pub fn user(&self) -> Result<UserId, OpError> {
        self.caller.user().ok_or(OpError::Denied)
    }

    /// Asks for a second factor that was proven lately, of whoever sits at a browser. A program with a token has none;
    /// what it may do was said, with a fresh factor, when the token was made.
    pub(crate) fn fresh(&self, services: &Services) -> Result<(), OpError> {
        let caller = self.caller;
        match (caller.session, caller.proven_at) {
            (None, _) => Ok(()),
            (Some(_), Some(at)) if services.now() < at + FRESH => Ok(()),
            (Some(_), _) => Err(OpError::StepUp),
        }
    }

    /// The user name for `created by` and the like.
    pub fn who(&self) -> &str {
        match &self.caller.actor {
            Actor::Anonymous => "anonymous",
            Actor::Console => "console",
            Actor::Job(name) => name,
            Actor::Person { username, .. } => username,
        }
    }

    /// Says in the trail what it turned out to be about.
    pub fn about(&self, subject: Subject) {
        self.records.about(subject);
    }

    pub fn named(&self, name: impl Into<String>) {
        self.records.entry().subject.name = Some(name.into());
    }

    /// Says in the trail what happened, in words. Never a secret.
    pub fn message(&self, remark: impl Into<Remark>) {
        let Remark { text, sign_in } = remark.into();
        let mut entry = self.records.entry();
        entry.message = Some(text);
        if let Some((event, method)) = sign_in {
            entry.sign_in.event = Some(event);
            entry.sign_in.method = Some(method);
        }
    }

    /// Says which browser it is, as it calls itself.
    pub(crate) fn at_browser(&self, agent: &str) {
        agent.clone_into(&mut self.records.entry().sign_in.agent);
    }

    /// Says that a session was opened, and what the second proof was.
    pub(crate) fn opened(&self, session: SessionId, method: FactorKind) {
        let mut entry = self.records.entry();
        entry.sign_in.session = Some(session);
        entry.sign_in.method.get_or_insert(method);
    }

    /// Says something more in the trail, in an entry of its own under the name of another operation.
    pub(crate) fn also(&self, operation: &'static str, subject: Subject, message: String) {
        self.records.also(operation, subject, message);
    }

    /// The same for what was written: its digest goes to the entry about `subject`, where it is looked for.
    pub(crate) fn hand_over(&self, operation: &'static str, subject: Subject, message: String) {
        self.records.hand_over(operation, subject, message);
    }

    /// Puts the digest of a ciphertext that was written on record.
    pub fn wrote(&self, ciphertext: &[u8]) {
        self.records.entry().digest = Some(portcullis_crypto::sha256(&[ciphertext]));
    }

    /// Ends well as a transaction, and as a failure in the trail: a letter that nobody took.
    pub fn failed(&self) {
        self.records.failed();
    }

    /// Ends well as a transaction, and as a refusal in the trail: a wrong code that was counted.
    pub fn refused(&self) {
        self.records.entry().outcome = Outcome::Deny;
    }
}

/// How long a second factor counts as fresh.
const FRESH: Duration = Duration::from_mins(15);

pub(crate) async fn authorize<'a, O: Operation>(
    caller: &'a Caller,
    records: &'a Records,
    snapshot: &Snapshot,
) -> Result<Permit<'a, O>, OpError> {
    require(caller, records, snapshot, O::RIGHT, O::SCOPE).await?;
    Ok(Permit {
        caller,
        records,
        operation: PhantomData,
    })
}

async fn require(
    caller: &Caller,
    records: &Records,
    snapshot: &Snapshot,
    right: Right,
    scope: Scope,
) -> Result<(), OpError> {
    if !caller.scopes.include(scope) {
        return Err(OpError::Denied);
    }
    let allowed = match right {
        Right::Nothing => true,
        Right::Operator => matches!(caller.actor, Actor::Console | Actor::Job(_)),
        Right::SignedIn => caller.user().is_some(),
        Right::System(right) => match caller.role() {
            Some(role) => role.has(right),
            // Whoever runs the command line on the server holds its key.
            None => matches!(caller.actor, Actor::Console),
        },
        Right::OnAccount(right) => return on_account(caller, records, snapshot, right, Place::InUse).await,
        Right::OnDeletedAccount => {
            return on_account(caller, records, snapshot, AccountRight::Full, Place::InTrash).await;
        }
        Right::OnResource(right) => return on_resource(caller, records, snapshot, right, Place::InUse).await,
        Right::OnDeletedResource => {
            return on_resource(caller, records, snapshot, AccountRight::Full, Place::InTrash).await;
        }
    };
    if allowed { Ok(()) } else { Err(OpError::Denied) }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Place {
    InTrash,
    InUse,
}

async fn on_account(
    caller: &Caller,
    records: &Records,
    snapshot: &Snapshot,
    right: AccountRight,
    place: Place,
) -> Result<(), OpError> {
    let user = caller.user().ok_or(OpError::Denied)?;
    let id = AccountId(subject(records)?);
    let held = grants::on_account(snapshot, user, id)
        .await?
        .ok_or(OpError::NotFound)?;
    decide(records, held, right, place)
}

async fn on_resource(
    caller: &Caller,
    records: &Records,
    snapshot: &Snapshot,
    right: AccountRight,
    place: Place,
) -> Result<(), OpError> {
    let user = caller.user().ok_or(OpError::Denied)?;
    let id = ResourceId(subject(records)?);
    let held = grants::on_resource(snapshot, user, id)
        .await?
        .ok_or(OpError::NotFound)?;
    decide(records, held, right, place)
}

/// The thing that the operation is about.
fn subject(records: &Records) -> Result<Uuid, OpError> {
    records.entry().subject.id.ok_or(OpError::NotFound)
}

/// A stranger hears that it does not exist; somebody who sees it, that they may not.
fn decide(records: &Records, held: grants::Held, right: AccountRight, place: Place) -> Result<(), OpError> {
    records.entry().subject.name = Some(held.name);
    let own = held.right.ok_or(OpError::NotFound)?;
    if held.deleted != (place == Place::InTrash) {
        return Err(OpError::NotFound);
    }
    if own < right {
        return Err(OpError::Denied);
    }
    Ok(())
}

/// What the catalog says of tokens.
pub(crate) fn tokens_may(scope: Scope) -> bool {
    Scope::FOR_TOKENS.contains(&scope)
}
