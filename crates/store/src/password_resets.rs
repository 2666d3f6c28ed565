//! Links for people who have forgotten their password. Each works once.

use portcullis_model::{Timestamp, UserId};
use uuid::Uuid;

use crate::row::args;
use crate::{Snapshot, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct PasswordReset {
    pub id: Uuid,
    pub user: UserId,
    pub expires_at: Timestamp,
}

/// The link with this digest, if it was not used.
pub async fn find(snapshot: &Snapshot, digest: &[u8; 32]) -> Result<Option<PasswordReset>, StoreError> {
    let sql = "SELECT id, user_id, expires_at FROM password_resets WHERE digest = ?1 AND used_at IS NULL";
    snapshot
        .row(sql, args![digest], |row| {
            Ok(PasswordReset {
                id: row.get(0)?,
                user: UserId(row.get(1)?),
                expires_at: row.time(2)?,
            })
        })
        .await
}

/// How many links a person was sent since `since`.
pub async fn count(snapshot: &Snapshot, user: UserId, since: Timestamp) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM password_resets WHERE user_id = ?1 AND ?2 < created_at";
    Ok(snapshot
        .row(sql, args![user.0, since], |row| row.get(0))
        .await?
        .unwrap_or(0))
}

pub async fn insert(
    tx: &Tx,
    reset: &PasswordReset,
    digest: &[u8; 32],
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO password_resets (id, user_id, digest, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        args![reset.id, reset.user.0, digest, at, reset.expires_at],
    )
    .await?;
    Ok(())
}

/// Uses a link. Answers 0 if somebody else was first.
pub async fn spend(tx: &Tx, id: Uuid, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE password_resets SET used_at = ?2 WHERE id = ?1 AND used_at IS NULL",
        args![id, at],
    )
    .await
}

/// Ends every open link of a person.
pub async fn withdraw(tx: &Tx, user: UserId, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE password_resets SET used_at = ?2 WHERE user_id = ?1 AND used_at IS NULL",
        args![user.0, at],
    )
    .await
}

/// Deletes what was over before `before`.
pub async fn sweep(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM password_resets WHERE expires_at < ?1", args![before])
        .await
}
