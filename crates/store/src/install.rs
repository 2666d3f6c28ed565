//! The identity of this installation and the slots that hold its root key.

use portcullis_model::Timestamp;
use uuid::Uuid;

use crate::row::args;
use crate::{Snapshot, StoreError, Tx};

/// One way to reach the root key.
pub struct KeySlotRow {
    pub kind: String,
    pub label: String,
    pub wrapped_root: Vec<u8>,
    pub created_at: Timestamp,
}

pub async fn find(snapshot: &Snapshot) -> Result<Option<Uuid>, StoreError> {
    snapshot
        .row("SELECT id FROM install", &[], |row| row.get(0))
        .await
}

pub async fn insert(tx: &Tx, id: Uuid, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO install (id, created_at) VALUES (?1, ?2)",
        args![id, at],
    )
    .await?;
    Ok(())
}

pub async fn key_slots(snapshot: &Snapshot) -> Result<Vec<KeySlotRow>, StoreError> {
    let sql = "SELECT kind, label, wrapped_root, created_at FROM key_slots ORDER BY created_at";
    snapshot
        .rows(sql, &[], |row| {
            Ok(KeySlotRow {
                kind: row.get(0)?,
                label: row.get(1)?,
                wrapped_root: row.get(2)?,
                created_at: row.time(3)?,
            })
        })
        .await
}

pub async fn insert_key_slot(tx: &Tx, id: Uuid, slot: &KeySlotRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO key_slots (id, kind, label, wrapped_root, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        args![
            id,
            &slot.kind,
            &slot.label,
            &slot.wrapped_root[..],
            slot.created_at
        ],
    )
    .await?;
    Ok(())
}
