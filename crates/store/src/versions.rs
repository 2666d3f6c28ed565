//! The passwords that accounts have and had, sealed.

use portcullis_model::{AccountId, Origin, Sealed, Timestamp, VersionId, VersionView};
use uuid::Uuid;

use crate::row::{Row, args};
use crate::{Snapshot, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct Version {
    pub id: VersionId,
    pub account: AccountId,
    pub number: u32,
    pub password: Sealed,
    pub origin: Origin,
    /// What the password lacked when it was written, one a line.
    pub violations: String,
    pub created_at: Timestamp,
    pub created_by: String,
}

const COLUMNS: &str = "id, account_id, number, kek_version, wrapped_key, ciphertext, origin, violations, created_at, created_by";

fn read(row: &Row<'_>) -> Result<Version, StoreError> {
    Ok(Version {
        id: VersionId(row.get(0)?),
        account: AccountId(row.get(1)?),
        number: row.number(2, "versions.number")?,
        password: Sealed {
            kek_version: row.number(3, "versions.kek_version")?,
            wrapped_key: row.get(4)?,
            ciphertext: row.get(5)?,
        },
        origin: row.word(6, "versions.origin")?,
        violations: row.get(7)?,
        created_at: row.time(8)?,
        created_by: row.get(9)?,
    })
}

pub async fn find(
    snapshot: &Snapshot,
    account: AccountId,
    number: u32,
) -> Result<Option<Version>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM versions WHERE account_id = ?1 AND number = ?2");
    snapshot.row(&sql, args![account.0, number], read).await
}

/// One password of an account, the current one without a `number`; and the number of the current one.
pub async fn find_or_current(
    snapshot: &Snapshot,
    account: AccountId,
    number: Option<u32>,
) -> Result<Option<(Version, u32)>, StoreError> {
    let sql = "SELECT v.id, v.account_id, v.number, v.kek_version, v.wrapped_key, v.ciphertext, v.origin, v.violations, \
               v.created_at, v.created_by, a.version FROM accounts a \
               JOIN versions v ON v.account_id = a.id AND v.number = COALESCE(?2, a.version) WHERE a.id = ?1";
    snapshot
        .row(sql, args![account.0, number], |row| {
            Ok((read(row)?, row.number(10, "accounts.version")?))
        })
        .await
}

/// The newest `most` passwords, newest first.
pub async fn newest(snapshot: &Snapshot, account: AccountId, most: u16) -> Result<Vec<Version>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM versions WHERE account_id = ?1 ORDER BY number DESC LIMIT ?2");
    snapshot.rows(&sql, args![account.0, i64::from(most)], read).await
}

pub async fn history(snapshot: &Snapshot, account: AccountId) -> Result<Vec<VersionView>, StoreError> {
    let sql = "SELECT v.number, v.created_at, v.created_by, v.origin, \
               CASE WHEN v.number = a.version THEN 1 ELSE 0 END, CASE WHEN v.violations = '' THEN 1 ELSE 0 END \
               FROM versions v JOIN accounts a ON a.id = v.account_id WHERE v.account_id = ?1 \
               ORDER BY v.number DESC LIMIT 500";
    snapshot
        .rows(sql, args![account.0], |row| {
            Ok(VersionView {
                number: row.number(0, "versions.number")?,
                created_at: row.time(1)?,
                created_by: row.get(2)?,
                origin: row.word(3, "versions.origin")?,
                current: flag(row, 4)?,
                complies: flag(row, 5)?,
            })
        })
        .await
}

/// `PostgreSQL` answers a literal 1 as a 32-bit integer, `SQLite` as a 64-bit one.
fn flag(row: &Row<'_>, index: usize) -> Result<bool, StoreError> {
    match row {
        Row::Postgres(_) => Ok(row.get::<i32>(index)? != 0),
        Row::Sqlite(_) => Ok(row.get::<i64>(index)? != 0),
    }
}

pub async fn insert(tx: &Tx, version: &Version) -> Result<(), StoreError> {
    tx.execute(
        &format!("INSERT INTO versions ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"),
        args![
            version.id.0,
            version.account.0,
            version.number,
            version.password.kek_version,
            &version.password.wrapped_key[..],
            &version.password.ciphertext[..],
            version.origin.word(),
            &version.violations,
            version.created_at,
            &version.created_by
        ],
    )
    .await?;
    Ok(())
}

/// The next versions after `after`, of every account, for a key rotation.
pub async fn after(snapshot: &Snapshot, after: Option<Uuid>, most: u16) -> Result<Vec<Version>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM versions WHERE ?1 < id ORDER BY id LIMIT ?2");
    snapshot
        .rows(&sql, args![after.unwrap_or(Uuid::nil()), i64::from(most)], read)
        .await
}

pub async fn count_under(snapshot: &Snapshot, kek_version: u32) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM versions WHERE kek_version = ?1";
    Ok(snapshot
        .row(sql, args![kek_version], |row| row.get(0))
        .await?
        .unwrap_or(0))
}

/// Wraps the data key anew; the password's own ciphertext stays as it is.
pub async fn rewrap(tx: &Tx, id: VersionId, password: &Sealed) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE versions SET kek_version = ?2, wrapped_key = ?3 WHERE id = ?1",
        args![id.0, password.kek_version, &password.wrapped_key[..]],
    )
    .await
}
