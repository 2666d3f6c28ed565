//! Letters that wait to be sent, and what became of them. Their texts lie sealed under the same id.

use portcullis_model::{LoginId, Timestamp, UserId};
use uuid::Uuid;

use crate::row::{Row, args};
use crate::{Snapshot, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct Waiting {
    pub id: Uuid,
    /// What it is for: `code`, `denied`, `notice`, `invitation` or `reset`.
    pub kind: String,
    pub user: Option<UserId>,
    pub login: Option<LoginId>,
    pub subject: String,
    /// `waiting`, `sent` or `failed`.
    pub state: String,
    pub attempts: u32,
    pub next_at: Timestamp,
    /// After this moment it would be of no use to anybody.
    pub ends_at: Timestamp,
    pub problem: String,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, kind, user_id, login_id, subject, state, attempts, next_at, ends_at, problem, created_at, \
                       finished_at";

fn read(row: &Row<'_>) -> Result<Waiting, StoreError> {
    Ok(Waiting {
        id: row.get(0)?,
        kind: row.get(1)?,
        user: row.get::<Option<_>>(2)?.map(UserId),
        login: row.get::<Option<_>>(3)?.map(LoginId),
        subject: row.get(4)?,
        state: row.get(5)?,
        attempts: row.number(6, "outbox.attempts")?,
        next_at: row.time(7)?,
        ends_at: row.time(8)?,
        problem: row.get(9)?,
        created_at: row.time(10)?,
        finished_at: row.time_or_none(11)?,
    })
}

pub async fn insert(tx: &Tx, letter: &Waiting) -> Result<(), StoreError> {
    tx.execute(
        &format!("INSERT INTO outbox ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"),
        args![
            letter.id,
            &letter.kind,
            letter.user.map(|user| user.0),
            letter.login.map(|login| login.0),
            &letter.subject,
            &letter.state,
            letter.attempts,
            letter.next_at,
            letter.ends_at,
            &letter.problem,
            letter.created_at,
            letter.finished_at
        ],
    )
    .await?;
    Ok(())
}

/// The letter that is due first.
pub async fn due(snapshot: &Snapshot, now: Timestamp) -> Result<Option<Waiting>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox WHERE state = 'waiting' AND next_at <= ?1 ORDER BY next_at LIMIT 1"
    );
    snapshot.row(&sql, args![now], read).await
}

/// Keeps a letter for one sender until `until`. Answers 0 if another sender has it.
pub async fn claim(tx: &Tx, letter: &Waiting, until: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE outbox SET attempts = attempts + 1, next_at = ?3 WHERE id = ?1 AND state = 'waiting' AND next_at = ?2",
        args![letter.id, letter.next_at, until],
    )
    .await
}

/// Says when a letter is tried again, and why it did not leave.
pub async fn retry(tx: &Tx, id: Uuid, next_at: Timestamp, problem: &str) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE outbox SET next_at = ?2, problem = ?3 WHERE id = ?1 AND state = 'waiting'",
        args![id, next_at, problem],
    )
    .await
}

/// Ends a letter as `sent` or `failed`.
pub async fn finish(tx: &Tx, id: Uuid, state: &str, problem: &str, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE outbox SET state = ?2, problem = ?3, finished_at = ?4 WHERE id = ?1 AND state = 'waiting'",
        args![id, state, problem, at],
    )
    .await
}

/// The latest letter of a login.
pub async fn of_login(snapshot: &Snapshot, login: LoginId) -> Result<Option<Waiting>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM outbox WHERE login_id = ?1 ORDER BY created_at DESC, id DESC LIMIT 1");
    snapshot.row(&sql, args![login.0], read).await
}

/// How many letters of a kind a person was sent since `since`.
pub async fn count(
    snapshot: &Snapshot,
    user: UserId,
    kind: &str,
    since: Timestamp,
) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM outbox WHERE user_id = ?1 AND kind = ?3 AND ?2 < created_at";
    Ok(snapshot
        .row(sql, args![user.0, since, kind], |row| row.get(0))
        .await?
        .unwrap_or(0))
}

/// How letters leave at the moment.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    pub waiting: i64,
    /// When the oldest letter was written that was tried and has not left, and why.
    pub failing: Option<(Timestamp, String)>,
    pub last_sent: Option<Timestamp>,
    /// How many were given up since a moment.
    pub failed: i64,
}

/// How letters leave, and how many were given up since `since`.
pub async fn flow(snapshot: &Snapshot, since: Timestamp) -> Result<Flow, StoreError> {
    let count = async |sql: &str, args: &[crate::row::Value<'_>]| {
        let count: Option<i64> = snapshot.row(sql, args, |row| row.get(0)).await?;
        Ok::<_, StoreError>(count.unwrap_or(0))
    };
    let failing = "SELECT created_at, problem FROM outbox WHERE state = 'waiting' AND problem <> '' \
                   ORDER BY created_at LIMIT 1";
    let last_sent = "SELECT MAX(finished_at) FROM outbox WHERE state = 'sent'";
    Ok(Flow {
        waiting: count("SELECT COUNT(*) FROM outbox WHERE state = 'waiting'", &[]).await?,
        failing: snapshot
            .row(failing, &[], |row| Ok((row.time(0)?, row.get(1)?)))
            .await?,
        last_sent: snapshot
            .row(last_sent, &[], |row| row.time_or_none(0))
            .await?
            .flatten(),
        failed: count(
            "SELECT COUNT(*) FROM outbox WHERE state = 'failed' AND ?1 < finished_at",
            args![since],
        )
        .await?,
    })
}

/// The newest letters first.
pub async fn list(snapshot: &Snapshot, most: u16) -> Result<Vec<Waiting>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM outbox ORDER BY created_at DESC, id DESC LIMIT ?1");
    snapshot.rows(&sql, args![i64::from(most)], read).await
}

/// Deletes what was finished before `before`.
pub async fn sweep(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM outbox WHERE finished_at < ?1", args![before])
        .await
}
