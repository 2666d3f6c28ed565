//! The customer's own recordings for phone calls. One that was taken back leaves its row, so that the revision only rises.

use portcullis_model::{OwnPrompt, PromptKey, Timestamp};

use crate::row::{Row, args};
use crate::{Snapshot, StoreError, Tx};

/// What became of a prompt, without the recording.
#[derive(Clone, Debug)]
pub struct Change {
    pub key: PromptKey,
    /// The samples of the recording; absent if it was taken back.
    pub samples: Option<i64>,
    pub revision: i64,
    pub changed_at: Timestamp,
    pub changed_by: String,
}

fn key(row: &Row<'_>) -> Result<PromptKey, StoreError> {
    let (language, name): (String, String) = (row.get(0)?, row.get(1)?);
    PromptKey::new(&language, &name).map_err(|_| StoreError::UnknownValue {
        column: "prompts.name",
    })
}

/// Rises with every change; 0 before the first.
pub async fn revision(snapshot: &Snapshot) -> Result<i64, StoreError> {
    let sql = "SELECT COALESCE(MAX(revision), 0) FROM prompts";
    Ok(snapshot.row(sql, &[], |row| row.get(0)).await?.unwrap_or(0))
}

/// Every prompt that was ever changed, by language.
pub async fn list(snapshot: &Snapshot) -> Result<Vec<Change>, StoreError> {
    let sql = "SELECT language, name, CAST(LENGTH(recording) AS BIGINT), revision, changed_at, changed_by \
               FROM prompts ORDER BY language, name";
    snapshot
        .rows(sql, &[], |row| {
            Ok(Change {
                key: key(row)?,
                samples: row.get(2)?,
                revision: row.get(3)?,
                changed_at: row.time(4)?,
                changed_by: row.get(5)?,
            })
        })
        .await
}

/// The customer's recording, if there is one.
pub async fn find(snapshot: &Snapshot, key: &PromptKey) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT recording FROM prompts WHERE language = ?1 AND name = ?2 AND recording IS NOT NULL";
    snapshot
        .row(sql, args![key.language(), key.name()], |row| row.get(0))
        .await
}

/// All recordings of the customer.
pub async fn all(snapshot: &Snapshot) -> Result<Vec<OwnPrompt>, StoreError> {
    let sql = "SELECT language, name, recording FROM prompts WHERE recording IS NOT NULL ORDER BY revision";
    snapshot
        .rows(sql, &[], |row| {
            Ok(OwnPrompt {
                key: key(row)?,
                recording: row.get(2)?,
            })
        })
        .await
}

/// Sets a recording, or takes it back. Fails if somebody else changes one at the same moment.
pub async fn put(
    tx: &Tx,
    key: &PromptKey,
    recording: Option<&[u8]>,
    at: Timestamp,
    by: &str,
) -> Result<(), StoreError> {
    let next = revision(tx).await? + 1;
    tx.execute(
        "INSERT INTO prompts (language, name, recording, revision, changed_at, changed_by) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (language, name) \
         DO UPDATE SET recording = ?3, revision = ?4, changed_at = ?5, changed_by = ?6",
        args![key.language(), key.name(), recording, next, at, by],
    )
    .await?;
    Ok(())
}
