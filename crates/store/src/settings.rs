//! What administrators set in the console. The secret part of a setting lies sealed under the setting's id.

use portcullis_model::Timestamp;
use uuid::Uuid;

use crate::row::args;
use crate::{Snapshot, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct Setting {
    pub name: String,
    pub id: Uuid,
    /// Rises with every change.
    pub revision: i64,
    /// JSON, without secrets.
    pub value: String,
    pub changed_at: Timestamp,
    pub changed_by: String,
}

pub async fn find(snapshot: &Snapshot, name: &str) -> Result<Option<Setting>, StoreError> {
    let sql = "SELECT name, id, revision, value, changed_at, changed_by FROM settings WHERE name = ?1";
    snapshot
        .row(sql, args![name], |row| {
            Ok(Setting {
                name: row.get(0)?,
                id: row.get(1)?,
                revision: row.get(2)?,
                value: row.get(3)?,
                changed_at: row.time(4)?,
                changed_by: row.get(5)?,
            })
        })
        .await
}

/// Keeps others from what waits for the same setting until the transaction ends.
pub async fn hold(tx: &Tx, name: &str) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT revision FROM settings WHERE name = ?1{}",
        tx.dialect().update_lock()
    );
    tx.row(&sql, args![name], |row| row.get::<i64>(0)).await?;
    Ok(())
}

/// Puts revision `setting.revision` in place of the one before. Answers 0 if somebody else was first.
pub async fn put(tx: &Tx, setting: &Setting) -> Result<u64, StoreError> {
    tx.execute(
        "INSERT INTO settings (name, id, revision, value, changed_at, changed_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (name) DO UPDATE SET revision = ?3, value = ?4, changed_at = ?5, changed_by = ?6 \
         WHERE settings.revision = ?3 - 1",
        args![
            &setting.name,
            setting.id,
            setting.revision,
            &setting.value,
            setting.changed_at,
            &setting.changed_by
        ],
    )
    .await
}
