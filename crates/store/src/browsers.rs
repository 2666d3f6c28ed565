//! Browsers that people have finished signing in from, and for how long they are remembered there.

use portcullis_model::{BrowserId, FactorKind, Timestamp, UserId};

use crate::row::{Row, args};
use crate::{Snapshot, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct Browser {
    pub id: BrowserId,
    pub user: UserId,
    pub agent: String,
    pub address: String,
    pub created_at: Timestamp,
    pub used_at: Timestamp,
    /// Until then the person is known from it.
    pub ends_at: Timestamp,
    pub remembered: Option<Remembered>,
}

/// What stands in for the second step.
#[derive(Clone, Debug)]
pub struct Remembered {
    pub at: Timestamp,
    pub until: Timestamp,
    /// What was proven then.
    pub factor: FactorKind,
    /// The state of the person then.
    pub stamp: Vec<u8>,
}

const COLUMNS: &str = "b.id, b.user_id, b.agent, b.address, b.created_at, b.used_at, b.ends_at, b.remembered_at, \
                       b.remembered_until, b.factor, b.stamp";

fn read(row: &Row<'_>) -> Result<Browser, StoreError> {
    let remembered = match row.time_or_none(7)? {
        Some(at) => Some(Remembered {
            at,
            until: row.time(8)?,
            factor: row.word(9, "browsers.factor")?,
            stamp: row.get(10)?,
        }),
        None => None,
    };
    Ok(Browser {
        id: BrowserId(row.get(0)?),
        user: UserId(row.get(1)?),
        agent: row.get(2)?,
        address: row.get(3)?,
        created_at: row.time(4)?,
        used_at: row.time(5)?,
        ends_at: row.time(6)?,
        remembered,
    })
}

/// The browser that holds the token of `digest`, if this person is known from it.
pub async fn find(
    snapshot: &Snapshot,
    digest: &[u8; 32],
    user: UserId,
    now: Timestamp,
) -> Result<Option<Browser>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM browsers b WHERE b.digest = ?1 AND b.user_id = ?2 AND ?3 < b.ends_at");
    snapshot.row(&sql, args![digest, user.0, now], read).await
}

/// The same for a user name, whether somebody has it or not.
pub async fn find_for_name(
    snapshot: &Snapshot,
    digest: &[u8; 32],
    username: &str,
    now: Timestamp,
) -> Result<Option<Browser>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM browsers b JOIN users u ON u.id = b.user_id \
         WHERE b.digest = ?1 AND u.username = ?2 AND ?3 < b.ends_at"
    );
    snapshot.row(&sql, args![digest, username, now], read).await
}

/// The last used first.
pub async fn list(snapshot: &Snapshot, user: UserId) -> Result<Vec<Browser>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM browsers b WHERE b.user_id = ?1 ORDER BY b.used_at DESC, b.id DESC");
    snapshot.rows(&sql, args![user.0], read).await
}

/// Everybody who is remembered somewhere.
pub async fn remembered_people(snapshot: &Snapshot) -> Result<Vec<UserId>, StoreError> {
    let sql = "SELECT DISTINCT user_id FROM browsers WHERE remembered_at IS NOT NULL";
    snapshot.rows(sql, &[], |row| Ok(UserId(row.get(0)?))).await
}

pub async fn insert(tx: &Tx, browser: &Browser, digest: &[u8; 32]) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO browsers (id, user_id, digest, agent, address, created_at, used_at, ends_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        args![
            browser.id.0,
            browser.user.0,
            digest,
            &browser.agent,
            &browser.address,
            browser.created_at,
            browser.used_at,
            browser.ends_at
        ],
    )
    .await?;
    Ok(())
}

/// Gives a browser a new token, for everybody who is known from it.
pub async fn renew(tx: &Tx, old: &[u8; 32], new: &[u8; 32]) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE browsers SET digest = ?2 WHERE digest = ?1",
        args![old, new],
    )
    .await
}

/// Notes how the browser was last seen.
pub async fn set_seen(tx: &Tx, browser: &Browser) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE browsers SET agent = ?2, address = ?3, used_at = ?4, ends_at = ?5 WHERE id = ?1",
        args![
            browser.id.0,
            &browser.agent,
            &browser.address,
            browser.used_at,
            browser.ends_at
        ],
    )
    .await
}

pub async fn set_remembered(
    tx: &Tx,
    id: BrowserId,
    remembered: Option<&Remembered>,
) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE browsers SET remembered_at = ?2, remembered_until = ?3, factor = ?4, stamp = ?5 WHERE id = ?1",
        args![
            id.0,
            remembered.map(|remembered| remembered.at),
            remembered.map(|remembered| remembered.until),
            remembered.map(|remembered| remembered.factor.word()),
            remembered.map(|remembered| &remembered.stamp[..])
        ],
    )
    .await
}

/// Lets no browser of a person stand in for the second step any more. They stay known.
pub async fn forget_remembered(tx: &Tx, user: UserId) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE browsers SET remembered_at = NULL, remembered_until = NULL, factor = NULL, stamp = NULL \
         WHERE user_id = ?1 AND remembered_at IS NOT NULL",
        args![user.0],
    )
    .await
}

/// Forgets one browser of `user` altogether.
pub async fn delete(tx: &Tx, user: UserId, id: BrowserId) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM browsers WHERE id = ?1 AND user_id = ?2",
        args![id.0, user.0],
    )
    .await
}

/// Forgets all of them.
pub async fn delete_of(tx: &Tx, user: UserId) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM browsers WHERE user_id = ?1", args![user.0])
        .await
}

/// Deletes those that nobody is known from since `before`.
pub async fn sweep(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM browsers WHERE ends_at < ?1", args![before])
        .await
}
