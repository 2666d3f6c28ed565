//! Key-encryption keys, each wrapped under the root key.

use portcullis_model::Timestamp;

use crate::row::args;
use crate::{Snapshot, StoreError, Tx};

pub struct Kek {
    pub purpose: String,
    pub version: u32,
    pub wrapped: Vec<u8>,
    /// `current` or `retiring`.
    pub state: String,
    pub created_at: Timestamp,
}

pub async fn all(snapshot: &Snapshot) -> Result<Vec<Kek>, StoreError> {
    let sql = "SELECT purpose, version, wrapped, state, created_at FROM keks ORDER BY purpose, version";
    snapshot
        .rows(sql, &[], |row| {
            Ok(Kek {
                purpose: row.get(0)?,
                version: row.number(1, "keks.version")?,
                wrapped: row.get(2)?,
                state: row.get(3)?,
                created_at: row.time(4)?,
            })
        })
        .await
}

/// The version to seal with. Held until the transaction ends, so that no rotation finishes meanwhile.
pub async fn current(tx: &Tx, purpose: &str) -> Result<Option<u32>, StoreError> {
    let lock = tx.dialect().share_lock();
    let sql = format!("SELECT version FROM keks WHERE purpose = ?1 AND state = 'current'{lock}");
    let find = async || {
        tx.row(&sql, args![purpose], |row| row.number(0, "keks.version"))
            .await
    };
    // A rotation may begin while the lock is waited for. Then the row is current no more, and the one that is
    // came after this statement looked: the next statement sees it.
    match find().await? {
        Some(version) => Ok(Some(version)),
        None => find().await,
    }
}

pub async fn insert(tx: &Tx, kek: &Kek) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO keks (purpose, version, wrapped, state, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        args![
            &kek.purpose,
            kek.version,
            &kek.wrapped[..],
            &kek.state,
            kek.created_at
        ],
    )
    .await?;
    Ok(())
}

pub async fn set_state(tx: &Tx, purpose: &str, version: u32, state: &str) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE keks SET state = ?3 WHERE purpose = ?1 AND version = ?2",
        args![purpose, version, state],
    )
    .await
}

/// Destroys a key. What it alone could open is gone.
pub async fn delete(tx: &Tx, purpose: &str, version: u32) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM keks WHERE purpose = ?1 AND version = ?2",
        args![purpose, version],
    )
    .await
}
