//! Finished sign-ins.

use portcullis_model::{BrowserId, FactorKind, SessionId, Timestamp, UserId};

use crate::row::{Row, args};
use crate::{Snapshot, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct Session {
    pub id: SessionId,
    pub user: UserId,
    /// The person's epoch at sign-in; when theirs has risen, this session is over.
    pub epoch: i64,
    pub factor: FactorKind,
    pub address: String,
    pub agent: String,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub ends_at: Timestamp,
    /// When the person last proved a second factor; nothing if they have not in this session.
    pub proven_at: Option<Timestamp>,
    /// The browser that it was opened in.
    pub browser: Option<BrowserId>,
    /// Whether a remembered browser stood in for the second factor.
    pub remembered: bool,
}

const COLUMNS: &str = "id, user_id, epoch, factor, address, agent, created_at, seen_at, ends_at, proven_at, \
                       browser_id, remembered";

/// What stands for "never" in `proven_at`.
const NEVER: Timestamp = Timestamp::from_micros(0);

fn read(row: &Row<'_>) -> Result<Session, StoreError> {
    Ok(Session {
        id: SessionId(row.get(0)?),
        user: UserId(row.get(1)?),
        epoch: row.get(2)?,
        factor: row.word(3, "sessions.factor")?,
        address: row.get(4)?,
        agent: row.get(5)?,
        created_at: row.time(6)?,
        seen_at: row.time(7)?,
        ends_at: row.time(8)?,
        proven_at: Some(row.time(9)?).filter(|at| *at != NEVER),
        browser: row.get::<Option<_>>(10)?.map(BrowserId),
        remembered: row.get::<i64>(11)? != 0,
    })
}

pub async fn find(snapshot: &Snapshot, token_digest: &[u8; 32]) -> Result<Option<Session>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM sessions WHERE token_digest = ?1");
    snapshot.row(&sql, args![token_digest], read).await
}

pub async fn list(snapshot: &Snapshot, user: UserId) -> Result<Vec<Session>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM sessions WHERE user_id = ?1 ORDER BY seen_at DESC");
    snapshot.rows(&sql, args![user.0], read).await
}

pub async fn insert(tx: &Tx, session: &Session, token_digest: &[u8; 32]) -> Result<(), StoreError> {
    tx.execute(
        &format!(
            "INSERT INTO sessions ({COLUMNS}, token_digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
        ),
        args![
            session.id.0,
            session.user.0,
            session.epoch,
            session.factor.word(),
            &session.address,
            &session.agent,
            session.created_at,
            session.seen_at,
            session.ends_at,
            session.proven_at.unwrap_or(NEVER),
            session.browser.map(|browser| browser.0),
            session.remembered,
            token_digest
        ],
    )
    .await?;
    Ok(())
}

/// Moves `seen_at` forward, never back.
pub async fn touch(tx: &Tx, id: SessionId, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE sessions SET seen_at = ?2 WHERE id = ?1 AND seen_at < ?2",
        args![id.0, at],
    )
    .await
}

/// The browser that a session was opened in.
pub async fn browser_of(snapshot: &Snapshot, id: SessionId) -> Result<Option<BrowserId>, StoreError> {
    let sql = "SELECT browser_id FROM sessions WHERE id = ?1";
    let found = snapshot
        .row(sql, args![id.0], |row| row.get::<Option<_>>(0))
        .await?;
    Ok(found.flatten().map(BrowserId))
}

/// Notes that the person of a session has just proven a second factor again.
pub async fn set_proven(tx: &Tx, id: SessionId, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE sessions SET proven_at = ?2 WHERE id = ?1",
        args![id.0, at],
    )
    .await
}

/// Ends one session of `user`.
pub async fn end(tx: &Tx, user: UserId, id: SessionId) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM sessions WHERE id = ?1 AND user_id = ?2",
        args![id.0, user.0],
    )
    .await
}

/// Ends one session of `user` and keeps it for a while, so that its browser can be told why.
pub async fn stop(tx: &Tx, user: UserId, id: SessionId, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE sessions SET ends_at = ?3 WHERE id = ?1 AND user_id = ?2 AND ?3 < ends_at",
        args![id.0, user.0, at],
    )
    .await
}

/// Ends all sessions of `user` but `keep`.
pub async fn end_all(tx: &Tx, user: UserId, keep: Option<SessionId>) -> Result<u64, StoreError> {
    match keep {
        Some(keep) => {
            tx.execute(
                "DELETE FROM sessions WHERE user_id = ?1 AND id <> ?2",
                args![user.0, keep.0],
            )
            .await
        }
        None => {
            tx.execute("DELETE FROM sessions WHERE user_id = ?1", args![user.0])
                .await
        }
    }
}

/// Carries a session over a change of its own person's password or factors.
pub async fn set_epoch(tx: &Tx, id: SessionId, epoch: i64) -> Result<u64, StoreError> {
    tx.execute("UPDATE sessions SET epoch = ?2 WHERE id = ?1", args![id.0, epoch])
        .await
}

/// Deletes sessions that ended before `before`.
pub async fn sweep(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM sessions WHERE ends_at < ?1", args![before])
        .await
}
