//! Small sealed values: connection settings, waiting letters and calls, challenges. One table, so that one loop rotates their key.

use portcullis_model::Sealed;
use uuid::Uuid;

use crate::row::{Row, args};
use crate::{Snapshot, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct SealedValue {
    /// That of the row it belongs to.
    pub id: Uuid,
    /// What kind of value it is: `call`, `challenge`, `letter` or `settings`.
    pub what: String,
    pub value: Sealed,
}

const COLUMNS: &str = "id, what, kek_version, wrapped_key, ciphertext";

fn read(row: &Row<'_>) -> Result<SealedValue, StoreError> {
    Ok(SealedValue {
        id: row.get(0)?,
        what: row.get(1)?,
        value: Sealed {
            kek_version: row.number(2, "sealed.kek_version")?,
            wrapped_key: row.get(3)?,
            ciphertext: row.get(4)?,
        },
    })
}

pub async fn find(snapshot: &Snapshot, id: Uuid) -> Result<Option<SealedValue>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM sealed WHERE id = ?1");
    snapshot.row(&sql, args![id], read).await
}

/// Puts a value in place of the one that may be there.
pub async fn put(tx: &Tx, sealed: &SealedValue) -> Result<(), StoreError> {
    tx.execute(
        &format!(
            "INSERT INTO sealed ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO UPDATE SET what = ?2, \
             kek_version = ?3, wrapped_key = ?4, ciphertext = ?5"
        ),
        args![
            sealed.id,
            &sealed.what,
            sealed.value.kek_version,
            &sealed.value.wrapped_key[..],
            &sealed.value.ciphertext[..]
        ],
    )
    .await?;
    Ok(())
}

pub async fn delete(tx: &Tx, id: Uuid) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM sealed WHERE id = ?1", args![id]).await
}

/// Deletes the challenges of logins and sessions that are over and the letters that left.
pub async fn sweep(tx: &Tx) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM sealed WHERE (what = 'challenge' AND id NOT IN (SELECT id FROM logins) \
         AND id NOT IN (SELECT id FROM sessions)) \
         OR (what = 'call' AND id NOT IN (SELECT id FROM calls WHERE state NOT IN ('over', 'refused'))) \
         OR (what = 'letter' AND id NOT IN (SELECT id FROM outbox WHERE state = 'waiting'))",
        &[],
    )
    .await
}

/// The next values after `after`, for a key rotation.
pub async fn after(
    snapshot: &Snapshot,
    after: Option<Uuid>,
    most: u16,
) -> Result<Vec<SealedValue>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM sealed WHERE id > ?1 ORDER BY id LIMIT ?2");
    snapshot
        .rows(&sql, args![after.unwrap_or(Uuid::nil()), i64::from(most)], read)
        .await
}

pub async fn count_under(snapshot: &Snapshot, kek_version: u32) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM sealed WHERE kek_version = ?1";
    Ok(snapshot
        .row(sql, args![kek_version], |row| row.get(0))
        .await?
        .unwrap_or(0))
}

/// Wraps the data key anew for a key rotation, if the value is still the one that was read.
pub async fn rewrap(tx: &Tx, id: Uuid, ciphertext: &[u8], value: &Sealed) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE sealed SET kek_version = ?3, wrapped_key = ?4 WHERE id = ?1 AND ciphertext = ?2",
        args![id, ciphertext, value.kek_version, &value.wrapped_key[..]],
    )
    .await
}
