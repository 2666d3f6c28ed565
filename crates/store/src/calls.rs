//! Phone calls: those that wait, those under way, and what came of the others. What a call says lies sealed under its id
//! until it is decided.

mod costs;
mod log;

pub use costs::{count_to_country, minutes_to_country, spent, tell_of, told_of, waive};
pub use log::log;

use portcullis_model::{CallOutcome, CallStep, FactorId, Timestamp, UserId};
use uuid::Uuid;

use crate::row::{Row, args};
use crate::{Snapshot, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct Call {
    pub id: Uuid,
    /// The login, the session or the enrolment that it belongs to.
    pub owner: Uuid,
    /// `sign_in`, `session`, `test` or `enrolment`.
    pub purpose: String,
    pub user: UserId,
    pub factor: FactorId,
    /// Keyed: it tells calls to the same number from others, and no more.
    pub number_digest: Vec<u8>,
    pub masked: String,
    /// From where it was asked for.
    pub address: String,
    /// The word of a step, or `refused` for what was never placed.
    pub state: String,
    /// How it ended; absent before.
    pub outcome: Option<CallOutcome>,
    pub trunk: String,
    pub made_at: Timestamp,
    /// When the node that places it last said that it lives.
    pub seen_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    /// When its grant was taken.
    pub spent_at: Option<Timestamp>,
    /// How long it was connected.
    pub seconds: u32,
    /// As two letters of ISO 3166; empty where nobody here knows it.
    pub country: String,
    /// Those that began; until it is closed, those that may.
    pub minutes: u32,
    /// In the smallest unit of the currency; until it is closed, what it may cost at most.
    pub cost: u64,
    /// Empty where money was not counted.
    pub currency: String,
}

impl Call {
    /// Whether nobody knows yet how it ends.
    pub fn is_open(&self) -> bool {
        self.outcome.is_none()
    }

    pub fn step(&self) -> CallStep {
        self.state.parse().unwrap_or(CallStep::Over)
    }
}

/// The state of a call that was never placed.
pub const REFUSED: &str = "refused";

const COLUMNS: &str = "id, owner_id, purpose, user_id, factor_id, number_digest, masked, address, state, outcome, trunk, \
                       made_at, seen_at, decided_at, spent_at, seconds, country, minutes, cost, currency";

const OPEN: &str = "state NOT IN ('over', 'refused')";

/// What was never placed costs nothing.
const NOT_PLACED: &str = "minutes = CASE state WHEN 'queued' THEN 0 ELSE minutes END, \
                          cost = CASE state WHEN 'queued' THEN 0 ELSE cost END";

fn read(row: &Row<'_>) -> Result<Call, StoreError> {
    Ok(Call {
        id: row.get(0)?,
        owner: row.get(1)?,
        purpose: row.get(2)?,
        user: UserId(row.get(3)?),
        factor: FactorId(row.get(4)?),
        number_digest: row.get(5)?,
        masked: row.get(6)?,
        address: row.get(7)?,
        state: row.get(8)?,
        outcome: log::outcome(row, 9)?,
        trunk: row.get(10)?,
        made_at: row.time(11)?,
        seen_at: row.time(12)?,
        decided_at: row.time_or_none(13)?,
        spent_at: row.time_or_none(14)?,
        seconds: row.number(15, "calls.seconds")?,
        country: row.get(16)?,
        minutes: row.number(17, "calls.minutes")?,
        cost: row.number(18, "calls.cost")?,
        currency: row.get(19)?,
    })
}

/// Fails if the owner has another call that is not over.
pub async fn insert(tx: &Tx, call: &Call) -> Result<(), StoreError> {
    tx.execute(
        &format!(
            "INSERT INTO calls ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, \
             ?17, ?18, ?19, ?20)"
        ),
        args![
            call.id,
            call.owner,
            &call.purpose,
            call.user.0,
            call.factor.0,
            &call.number_digest[..],
            &call.masked,
            &call.address,
            &call.state,
            call.outcome.map_or("", CallOutcome::word),
            &call.trunk,
            call.made_at,
            call.seen_at,
            call.decided_at,
            call.spent_at,
            call.seconds,
            &call.country,
            call.minutes,
            costs::amount(call.cost),
            &call.currency
        ],
    )
    .await?;
    Ok(())
}

pub async fn find(snapshot: &Snapshot, id: Uuid) -> Result<Option<Call>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM calls WHERE id = ?1");
    snapshot.row(&sql, args![id], read).await
}

/// The latest call of a login, a session or an enrolment.
pub async fn latest(snapshot: &Snapshot, owner: Uuid) -> Result<Option<Call>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM calls WHERE owner_id = ?1 ORDER BY made_at DESC, id DESC LIMIT 1");
    snapshot.row(&sql, args![owner], read).await
}

/// The call that has waited longest for a node to place it.
pub async fn queued(snapshot: &Snapshot) -> Result<Option<Call>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM calls WHERE state = 'queued' ORDER BY made_at, id LIMIT 1");
    snapshot.row(&sql, &[], read).await
}

/// The calls whose node has not said since `before` that it lives.
pub async fn silent(snapshot: &Snapshot, before: Timestamp) -> Result<Vec<Call>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM calls WHERE {OPEN} AND seen_at < ?1 ORDER BY made_at, id");
    snapshot.rows(&sql, args![before], read).await
}

/// Takes a call to place it. Answers 0 if another node has it.
pub async fn claim(tx: &Tx, id: Uuid, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE calls SET state = 'calling', seen_at = ?2 WHERE id = ?1 AND state = 'queued'",
        args![id, at],
    )
    .await
}

/// Says how far a call is. Answers 0 if it is over, or has been silent since before `alive_since`.
pub async fn note(
    tx: &Tx,
    id: Uuid,
    step: Option<CallStep>,
    at: Timestamp,
    alive_since: Timestamp,
) -> Result<u64, StoreError> {
    let sql = format!(
        "UPDATE calls SET state = CASE WHEN ?2 = '' THEN state ELSE ?2 END, seen_at = ?3 \
         WHERE id = ?1 AND {OPEN} AND ?4 <= seen_at"
    );
    tx.execute(&sql, args![id, step.map_or("", CallStep::word), at, alive_since])
        .await
}

/// Says, once, how a call ended. Answers 0 if that is known already.
pub async fn decide(tx: &Tx, id: Uuid, outcome: CallOutcome, at: Timestamp) -> Result<u64, StoreError> {
    let sql = format!(
        "UPDATE calls SET state = 'over', outcome = ?2, decided_at = ?3, {NOT_PLACED} WHERE id = ?1 AND {OPEN}"
    );
    tx.execute(&sql, args![id, outcome.word(), at]).await
}

/// The same for a yes, which a node that has been silent for too long cannot say.
pub async fn grant(tx: &Tx, id: Uuid, at: Timestamp, alive_since: Timestamp) -> Result<u64, StoreError> {
    let sql = format!(
        "UPDATE calls SET state = 'over', outcome = 'granted', decided_at = ?2 \
         WHERE id = ?1 AND {OPEN} AND state <> 'queued' AND ?3 <= seen_at"
    );
    tx.execute(&sql, args![id, at, alive_since]).await
}

/// What is known when nobody is on the line any more: how the call connected, and what it cost.
pub async fn close(tx: &Tx, call: &Call) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE calls SET trunk = ?2, seconds = ?3, country = ?4, minutes = ?5, cost = ?6 WHERE id = ?1",
        args![
            call.id,
            &call.trunk,
            call.seconds,
            &call.country,
            call.minutes,
            costs::amount(call.cost)
        ],
    )
    .await
}

/// Takes a grant that was given to this owner and this person since `since`. Answers 0 if there is none, or somebody was
/// first.
pub async fn spend(
    tx: &Tx,
    id: Uuid,
    owner: Uuid,
    user: UserId,
    since: Timestamp,
    at: Timestamp,
) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE calls SET spent_at = ?5 WHERE id = ?1 AND owner_id = ?2 AND user_id = ?3 AND state = 'over' \
         AND outcome = 'granted' AND spent_at IS NULL AND ?4 < decided_at",
        args![id, owner, user.0, since, at],
    )
    .await
}

/// Ends what an owner has under way.
pub async fn cancel(tx: &Tx, owner: Uuid, at: Timestamp) -> Result<u64, StoreError> {
    let sql = format!(
        "UPDATE calls SET state = 'over', outcome = 'cancelled', decided_at = ?2, {NOT_PLACED} \
         WHERE owner_id = ?1 AND {OPEN}"
    );
    tx.execute(&sql, args![owner, at]).await
}

/// How many calls were placed since `since`.
pub async fn count(snapshot: &Snapshot, since: Timestamp) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM calls WHERE ?1 < made_at AND state <> 'refused'";
    number(snapshot, sql, args![since]).await
}

pub async fn count_of_user(snapshot: &Snapshot, user: UserId, since: Timestamp) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM calls WHERE user_id = ?1 AND ?2 < made_at AND state <> 'refused'";
    number(snapshot, sql, args![user.0, since]).await
}

pub async fn count_of_number(
    snapshot: &Snapshot,
    digest: &[u8; 32],
    since: Timestamp,
) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM calls WHERE number_digest = ?1 AND ?2 < made_at AND state <> 'refused'";
    number(snapshot, sql, args![digest, since]).await
}

/// The calls under way of nodes that live.
pub async fn open(snapshot: &Snapshot, alive_since: Timestamp) -> Result<Vec<Call>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM calls WHERE {OPEN} AND ?1 <= seen_at ORDER BY made_at, id");
    snapshot.rows(&sql, args![alive_since], read).await
}

/// How a person's latest calls ended, the newest first.
pub async fn outcomes(
    snapshot: &Snapshot,
    user: UserId,
    since: Timestamp,
) -> Result<Vec<CallOutcome>, StoreError> {
    let sql = "SELECT outcome FROM calls WHERE user_id = ?1 AND ?2 < made_at AND state = 'over' \
               ORDER BY made_at DESC, id DESC LIMIT 50";
    snapshot
        .rows(sql, args![user.0, since], |row| row.word(0, "calls.outcome"))
        .await
}

/// Deletes what was asked for before `before`.
pub async fn sweep(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM calls WHERE made_at < ?1", args![before])
        .await
}

async fn number(snapshot: &Snapshot, sql: &str, args: &[crate::row::Value<'_>]) -> Result<i64, StoreError> {
    Ok(snapshot.row(sql, args, |row| row.get(0)).await?.unwrap_or(0))
}
