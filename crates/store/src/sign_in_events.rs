//! What the trail says of signing in, once more and narrow, so that it can be filtered fast. The words are the trail's.

use std::fmt::Write;

use portcullis_model::{
    EventsPage, FactorKind, SessionId, SignInEvent, SignInFilter, SignInView, Timestamp, UserId,
};

use crate::row::{Row, Value, args};
use crate::{Snapshot, StoreError, Tx};

/// One event; `seq` is the number of its entry in the trail.
#[derive(Clone, Debug)]
pub struct Event {
    pub seq: i64,
    pub at: Timestamp,
    pub username: String,
    /// Nobody until the first factor was right.
    pub user: Option<UserId>,
    pub event: SignInEvent,
    pub method: Option<FactorKind>,
    pub outcome: &'static str,
    pub address: String,
    pub agent: String,
    pub session: Option<SessionId>,
}

/// Adds an event, and says of its address whether the person had ever signed in from there.
pub async fn insert(tx: &Tx, event: &Event) -> Result<(), StoreError> {
    let is_new = match event.user {
        Some(user) if !event.address.is_empty() => !knows(tx, user, &event.address).await?,
        _ => false,
    };
    tx.execute(
        "INSERT INTO sign_in_events (seq, at, username, user_id, event, method, outcome, address, is_new_address, \
         agent, session_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        args![
            event.seq,
            event.at,
            &event.username,
            event.user.map(|user| user.0),
            event.event.word(),
            event.method.map_or("", FactorKind::word),
            event.outcome,
            &event.address,
            is_new,
            &event.agent,
            event.session.map(|session| session.0)
        ],
    )
    .await?;
    Ok(())
}

async fn knows(snapshot: &Snapshot, user: UserId, address: &str) -> Result<bool, StoreError> {
    let sql = "SELECT seq FROM sign_in_events WHERE user_id = ?1 AND address = ?2 AND outcome = 'succeed' \
               AND event IN ('verified', 'signed_in') LIMIT 1";
    let found: Option<i64> = snapshot
        .row(sql, args![user.0, address], |row| row.get(0))
        .await?;
    Ok(found.is_some())
}

/// The newest first; one more than the page holds, if there are more.
pub async fn list(
    snapshot: &Snapshot,
    filter: &SignInFilter,
    page: EventsPage,
) -> Result<Vec<SignInView>, StoreError> {
    let mut sql = String::from(
        "SELECT e.seq, e.at, e.username, e.event, a.message, e.method, e.outcome, e.address, e.is_new_address, \
         e.agent, e.session_id, a.request FROM sign_in_events e JOIN audit a ON a.seq = e.seq WHERE 1 = 1",
    );
    let mut args = Vec::new();
    for (condition, value) in conditions(filter) {
        args.push(value);
        sql.push_str(" AND ");
        sql.push_str(&condition.replace('?', &format!("?{}", args.len())));
    }
    if filter.new_address {
        sql.push_str(" AND e.is_new_address = 1");
    }
    if let Some((at, seq)) = page.before {
        args.extend([Value::from(at), Value::from(seq)]);
        // Writing to a string cannot fail.
        let _ = write!(sql, " AND (e.at, e.seq) < (?{}, ?{})", args.len() - 1, args.len());
    }
    args.push(Value::from(i64::from(page.size.get()) + 1));
    let _ = write!(sql, " ORDER BY e.at DESC, e.seq DESC LIMIT ?{}", args.len());
    snapshot.rows(&sql, &args, view).await
}

fn conditions(filter: &SignInFilter) -> Vec<(&'static str, Value<'_>)> {
    let mut conditions: Vec<(&str, Value<'_>)> = Vec::new();
    // One person's events are few, whatever else is asked of them: the other columns keep their indexes to themselves.
    let of_one = !filter.who.is_empty();
    let one_of = |of_one_person, of_all| if of_one { of_one_person } else { of_all };
    if of_one {
        conditions.push(("e.username = ?", filter.who.to_lowercase().into()));
    }
    if let Some(event) = filter.event {
        let condition = one_of("(e.event || '') = ?", "e.event = ?");
        conditions.push((condition, event.word().into()));
    }
    if let Some(method) = filter.method {
        let condition = one_of("(e.method || '') = ?", "e.method = ?");
        conditions.push((condition, method.word().into()));
    }
    if let Some(outcome) = filter.outcome {
        let condition = one_of("(e.outcome || '') = ?", "e.outcome = ?");
        conditions.push((condition, outcome.word().into()));
    }
    if let Some(since) = filter.since {
        conditions.push(("? <= e.at", since.into()));
    }
    if let Some(until) = filter.until {
        conditions.push(("e.at < ?", until.into()));
    }
    conditions
}

fn view(row: &Row<'_>) -> Result<SignInView, StoreError> {
    let method: String = row.get(5)?;
    Ok(SignInView {
        seq: row.get(0)?,
        at: row.time(1)?,
        username: row.get(2)?,
        event: row.word(3, "sign_in_events.event")?,
        message: row.get(4)?,
        method: match method.as_str() {
            "" => None,
            word => Some(word.parse().map_err(|_| StoreError::UnknownValue {
                column: "sign_in_events.method",
            })?),
        },
        outcome: row.word(6, "sign_in_events.outcome")?,
        address: row.get(7)?,
        is_new_address: row.get::<i64>(8)? == 1,
        agent: row.get(9)?,
        session: row.get(10)?,
        request: row.get(11)?,
    })
}
