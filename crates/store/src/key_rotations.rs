//! The journal of key rotations: where each one stands, so that a killed one goes on.

use portcullis_model::Timestamp;
use uuid::Uuid;

use crate::row::args;
use crate::{Snapshot, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct KeyRotation {
    pub id: Uuid,
    pub purpose: String,
    pub from: u32,
    pub to: u32,
    /// `rewrap`, `verify` or `done`.
    pub phase: String,
    /// The last row that is done in this phase.
    pub resume_after: Option<Uuid>,
    pub moved: i64,
    pub started_at: Timestamp,
}

/// The rotation that has not ended yet. There is at most one per purpose.
pub async fn open(snapshot: &Snapshot, purpose: &str) -> Result<Option<KeyRotation>, StoreError> {
    let sql = "SELECT id, purpose, from_version, to_version, phase, resume_after, moved, started_at \
               FROM key_rotations WHERE purpose = ?1 AND finished_at IS NULL";
    snapshot
        .row(sql, args![purpose], |row| {
            Ok(KeyRotation {
                id: row.get(0)?,
                purpose: row.get(1)?,
                from: row.number(2, "key_rotations.from_version")?,
                to: row.number(3, "key_rotations.to_version")?,
                phase: row.get(4)?,
                resume_after: row.get(5)?,
                moved: row.get(6)?,
                started_at: row.time(7)?,
            })
        })
        .await
}

pub async fn insert(tx: &Tx, rotation: &KeyRotation) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO key_rotations (id, purpose, from_version, to_version, phase, resume_after, moved, started_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        args![
            rotation.id,
            &rotation.purpose,
            rotation.from,
            rotation.to,
            &rotation.phase,
            rotation.resume_after,
            rotation.moved,
            rotation.started_at
        ],
    )
    .await?;
    Ok(())
}

/// Notes how far the rotation has come. Answers 0 when another process got there first.
pub async fn advance(
    tx: &Tx,
    before: &KeyRotation,
    phase: &str,
    resume_after: Option<Uuid>,
    moved: i64,
) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE key_rotations SET phase = ?3, resume_after = ?4, moved = ?5 \
         WHERE id = ?1 AND phase = ?2 AND moved = ?6 AND finished_at IS NULL",
        args![before.id, &before.phase, phase, resume_after, moved, before.moved],
    )
    .await
}

pub async fn finish(tx: &Tx, id: Uuid, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE key_rotations SET phase = 'done', finished_at = ?2 WHERE id = ?1 AND finished_at IS NULL",
        args![id, at],
    )
    .await
}
