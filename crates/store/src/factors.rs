//! Enrolled second factors, sealed.

use portcullis_model::{FactorId, FactorKind, Sealed, Timestamp, UserId};
use uuid::Uuid;

use crate::row::{Row, args};
use crate::{Snapshot, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct Factor {
    pub id: FactorId,
    pub user: UserId,
    pub kind: FactorKind,
    pub name: String,
    pub active: bool,
    pub revision: i64,
    pub enrolment: Sealed,
    pub created_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

const COLUMNS: &str =
    "id, user_id, kind, name, state, revision, kek_version, wrapped_key, ciphertext, created_at, used_at";

fn read(row: &Row<'_>) -> Result<Factor, StoreError> {
    Ok(Factor {
        id: FactorId(row.get(0)?),
        user: UserId(row.get(1)?),
        kind: row.word(2, "factors.kind")?,
        name: row.get(3)?,
        active: row.get::<String>(4)? == "active",
        revision: row.get(5)?,
        enrolment: Sealed {
            kek_version: row.number(6, "factors.kek_version")?,
            wrapped_key: row.get(7)?,
            ciphertext: row.get(8)?,
        },
        created_at: row.time(9)?,
        used_at: row.time_or_none(10)?,
    })
}

pub async fn list(snapshot: &Snapshot, user: UserId) -> Result<Vec<Factor>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM factors WHERE user_id = ?1 ORDER BY created_at, id");
    snapshot.rows(&sql, args![user.0], read).await
}

/// Those of one kind, of everybody.
pub async fn of_kind(snapshot: &Snapshot, kind: FactorKind) -> Result<Vec<Factor>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM factors WHERE kind = ?1 AND state = 'active' ORDER BY created_at, id");
    snapshot.rows(&sql, args![kind.word()], read).await
}

/// The next factors after `after`, of everybody, for a key rotation.
pub async fn after(snapshot: &Snapshot, after: Option<Uuid>, most: u16) -> Result<Vec<Factor>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM factors WHERE id > ?1 ORDER BY id LIMIT ?2");
    snapshot
        .rows(&sql, args![after.unwrap_or(Uuid::nil()), i64::from(most)], read)
        .await
}

pub async fn count_under(snapshot: &Snapshot, kek_version: u32) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM factors WHERE kek_version = ?1";
    Ok(snapshot
        .row(sql, args![kek_version], |row| row.get(0))
        .await?
        .unwrap_or(0))
}

pub async fn insert(tx: &Tx, factor: &Factor) -> Result<(), StoreError> {
    tx.execute(
        &format!("INSERT INTO factors ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"),
        args![
            factor.id.0,
            factor.user.0,
            factor.kind.word(),
            &factor.name,
            if factor.active { "active" } else { "pending" },
            factor.revision,
            factor.enrolment.kek_version,
            &factor.enrolment.wrapped_key[..],
            &factor.enrolment.ciphertext[..],
            factor.created_at,
            factor.used_at
        ],
    )
    .await?;
    Ok(())
}

/// Puts a changed enrolment in place of revision `revision`. Answers 0 if somebody else was first.
pub async fn replace(
    tx: &Tx,
    id: FactorId,
    revision: i64,
    enrolment: &Sealed,
    used_at: Timestamp,
) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE factors SET revision = revision + 1, kek_version = ?3, wrapped_key = ?4, ciphertext = ?5, used_at = ?6 \
         WHERE id = ?1 AND revision = ?2",
        args![
            id.0,
            revision,
            enrolment.kek_version,
            &enrolment.wrapped_key[..],
            &enrolment.ciphertext[..],
            used_at
        ],
    )
    .await
}

/// Wraps the data key anew for a key rotation, if the enrolment is still the one that was read.
pub async fn rewrap(tx: &Tx, id: FactorId, revision: i64, enrolment: &Sealed) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE factors SET kek_version = ?3, wrapped_key = ?4 WHERE id = ?1 AND revision = ?2",
        args![id.0, revision, enrolment.kek_version, &enrolment.wrapped_key[..]],
    )
    .await
}

pub async fn activate(tx: &Tx, id: FactorId, name: &str) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE factors SET state = 'active', name = ?2 WHERE id = ?1 AND state = 'pending'",
        args![id.0, name],
    )
    .await
}

pub async fn set_name(tx: &Tx, id: FactorId, name: &str) -> Result<u64, StoreError> {
    tx.execute("UPDATE factors SET name = ?2 WHERE id = ?1", args![id.0, name])
        .await
}

pub async fn delete(tx: &Tx, id: FactorId) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM factors WHERE id = ?1", args![id.0]).await
}

pub async fn delete_of(tx: &Tx, user: UserId) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM factors WHERE user_id = ?1", args![user.0])
        .await
}

/// Deletes those of one kind.
pub async fn delete_kind(tx: &Tx, user: UserId, kind: FactorKind) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM factors WHERE user_id = ?1 AND kind = ?2",
        args![user.0, kind.word()],
    )
    .await
}

pub async fn delete_pending(tx: &Tx, user: UserId) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM factors WHERE user_id = ?1 AND state = 'pending'",
        args![user.0],
    )
    .await
}

/// Deletes all but the pending ones: a new enrolment takes their place.
pub async fn delete_active(tx: &Tx, user: UserId) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM factors WHERE user_id = ?1 AND state = 'active'",
        args![user.0],
    )
    .await
}
