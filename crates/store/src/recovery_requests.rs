//! What people ask of administrators when they cannot prove a second step.

use portcullis_model::{LoginId, Timestamp, UserId};
use uuid::Uuid;

use crate::row::{Row, args};
use crate::{Snapshot, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct Request {
    pub id: Uuid,
    pub user: UserId,
    /// The unfinished sign-in that it was made from.
    pub login: LoginId,
    pub address: String,
    pub agent: String,
    /// `open`, `approved_once`, `granted`, `denied`, `cancelled`, `closed` for too many wrong words, or `expired`.
    pub state: String,
    /// How often words were typed that are not those of the request.
    pub wrong_words: u32,
    /// Who approved it while a second approval is asked for. The server's command line has no id.
    pub first_approver_id: Option<UserId>,
    pub first_approver: String,
    pub decided_by: String,
    pub reason: String,
    pub made_at: Timestamp,
    pub ends_at: Timestamp,
    pub decided_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, user_id, login_id, address, agent, state, wrong_words, first_approver_id, first_approver, \
                       decided_by, reason, made_at, ends_at, decided_at";

const IS_OPEN: &str = "state IN ('open', 'approved_once')";

fn read(row: &Row<'_>) -> Result<Request, StoreError> {
    Ok(Request {
        id: row.get(0)?,
        user: UserId(row.get(1)?),
        login: LoginId(row.get(2)?),
        address: row.get(3)?,
        agent: row.get(4)?,
        state: row.get(5)?,
        wrong_words: row.number(6, "recovery_requests.wrong_words")?,
        first_approver_id: row.get::<Option<_>>(7)?.map(UserId),
        first_approver: row.get(8)?,
        decided_by: row.get(9)?,
        reason: row.get(10)?,
        made_at: row.time(11)?,
        ends_at: row.time(12)?,
        decided_at: row.time_or_none(13)?,
    })
}

pub async fn insert(tx: &Tx, request: &Request, words_digest: &[u8; 32]) -> Result<(), StoreError> {
    tx.execute(
        &format!(
            "INSERT INTO recovery_requests ({COLUMNS}, words_digest) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
        ),
        args![
            request.id,
            request.user.0,
            request.login.0,
            &request.address,
            &request.agent,
            &request.state,
            request.wrong_words,
            request.first_approver_id.map(|user| user.0),
            &request.first_approver,
            &request.decided_by,
            &request.reason,
            request.made_at,
            request.ends_at,
            request.decided_at,
            words_digest
        ],
    )
    .await?;
    Ok(())
}

pub async fn find(snapshot: &Snapshot, id: Uuid) -> Result<Option<Request>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM recovery_requests WHERE id = ?1");
    snapshot.row(&sql, args![id], read).await
}

/// A request with the digest of its words, held until the transaction ends: of two decisions at once the second sees
/// the first.
pub async fn hold(tx: &Tx, id: Uuid) -> Result<Option<(Request, Vec<u8>)>, StoreError> {
    let lock = tx.dialect().update_lock();
    let sql = format!("SELECT {COLUMNS}, words_digest FROM recovery_requests WHERE id = ?1{lock}");
    tx.row(&sql, args![id], |row| Ok((read(row)?, row.get(14)?)))
        .await
}

/// The latest request of an unfinished sign-in.
pub async fn of_login(snapshot: &Snapshot, login: LoginId) -> Result<Option<Request>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM recovery_requests WHERE login_id = ?1 ORDER BY made_at DESC, id DESC LIMIT 1"
    );
    snapshot.row(&sql, args![login.0], read).await
}

/// Those that wait for a decision, the oldest first.
pub async fn waiting(snapshot: &Snapshot, now: Timestamp, most: u16) -> Result<Vec<Request>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM recovery_requests WHERE {IS_OPEN} AND ?1 < ends_at ORDER BY made_at, id LIMIT ?2"
    );
    snapshot.rows(&sql, args![now, i64::from(most)], read).await
}

/// How many wait for a decision.
pub async fn count_waiting(snapshot: &Snapshot, now: Timestamp) -> Result<i64, StoreError> {
    let sql = format!("SELECT COUNT(*) FROM recovery_requests WHERE {IS_OPEN} AND ?1 < ends_at");
    Ok(snapshot
        .row(&sql, args![now], |row| row.get(0))
        .await?
        .unwrap_or(0))
}

/// Those that are over, the newest first.
pub async fn over(snapshot: &Snapshot, now: Timestamp, most: u16) -> Result<Vec<Request>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM recovery_requests WHERE NOT ({IS_OPEN} AND ?1 < ends_at) \
         ORDER BY made_at DESC, id DESC LIMIT ?2"
    );
    snapshot.rows(&sql, args![now, i64::from(most)], read).await
}

/// How many requests a person has made since `since`.
pub async fn count_of(snapshot: &Snapshot, user: UserId, since: Timestamp) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM recovery_requests WHERE user_id = ?1 AND ?2 < made_at";
    Ok(snapshot
        .row(sql, args![user.0, since], |row| row.get(0))
        .await?
        .unwrap_or(0))
}

/// Ends what a person has asked for before. Answers how many requests were open.
pub async fn withdraw(tx: &Tx, user: UserId, state: &str, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        &format!("UPDATE recovery_requests SET state = ?2, decided_at = ?3 WHERE user_id = ?1 AND {IS_OPEN}"),
        args![user.0, state, at],
    )
    .await
}

/// Writes back what was decided of a request that is open. Answers 0 if it is not any more.
pub async fn decide(tx: &Tx, request: &Request) -> Result<u64, StoreError> {
    tx.execute(
        &format!(
            "UPDATE recovery_requests SET state = ?2, wrong_words = ?3, first_approver_id = ?4, first_approver = ?5, \
             decided_by = ?6, reason = ?7, decided_at = ?8 WHERE id = ?1 AND {IS_OPEN}"
        ),
        args![
            request.id,
            &request.state,
            request.wrong_words,
            request.first_approver_id.map(|user| user.0),
            &request.first_approver,
            &request.decided_by,
            &request.reason,
            request.decided_at
        ],
    )
    .await
}

/// Calls those expired whose time is over.
pub async fn expire(tx: &Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        &format!(
            "UPDATE recovery_requests SET state = 'expired', decided_at = ends_at WHERE {IS_OPEN} AND ends_at <= ?1"
        ),
        args![now],
    )
    .await
}

/// Deletes what was made before `before`.
pub async fn sweep(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM recovery_requests WHERE made_at < ?1", args![before])
        .await
}
