//! Which entries of the trail are also sign-in events.

use portcullis_model::{Actor, AuditEntry, Outcome, SignInEvent, SubjectKind, UserId};
use portcullis_store::sign_in_events::Event;

use crate::Operation;
use crate::sign_in::{ProvePassword, SignOut};
use crate::text::for_trail;

/// The event of entry number `seq`, if it is one.
pub(super) fn sign_in_event(entry: &AuditEntry, seq: i64) -> Option<Event> {
    let said = &entry.sign_in;
    let event = said.event.or(said.session.map(|_| SignInEvent::SignedIn)).or(
        match (entry.operation, entry.outcome) {
            (ProvePassword::NAME, Outcome::Deny) => Some(SignInEvent::Refused),
            (SignOut::NAME, Outcome::Succeed) => Some(SignInEvent::SignedOut),
            _ => None,
        },
    )?;
    let (username, user) = who(entry);
    Some(Event {
        seq,
        at: entry.at,
        username: for_trail(username).into_owned(),
        user,
        event,
        method: said.method,
        outcome: entry.outcome.word(),
        address: for_trail(&entry.caller.address).into_owned(),
        agent: said.agent.clone(),
        session: said.session.or(entry.caller.session),
    })
}

/// Whom it is about: before there is a session that is the subject, later the person who asks.
fn who(entry: &AuditEntry) -> (&str, Option<UserId>) {
    match &entry.caller.actor {
        Actor::Person { id, username, .. } => (username, Some(*id)),
        _ if entry.subject.kind == SubjectKind::User => (
            entry.subject.name.as_deref().unwrap_or_default(),
            entry.subject.id.map(UserId),
        ),
        _ => ("", None),
    }
}
