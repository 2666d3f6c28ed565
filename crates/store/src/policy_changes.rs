//! The history of the policy: what was changed, by whom, and what was there before.

use portcullis_model::{PolicyChange, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::row::{Row, args};
use crate::{Snapshot, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct Changed {
    pub id: Uuid,
    /// Rises by one with every change.
    pub version: i64,
    /// `applied`, `scheduled`, `cancelled` or `undone`; `reporting` or `reported` if it only reports what it would do.
    pub state: String,
    pub summary: String,
    pub change: Both,
    pub made_at: Timestamp,
    pub made_by: String,
    /// When it is applied, or no longer reports.
    pub applies_at: Timestamp,
    pub undone_at: Option<Timestamp>,
}

/// What held before a change and what is to hold after it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Both {
    pub before: PolicyChange,
    pub after: PolicyChange,
}

const COLUMNS: &str = "id, version, state, summary, change, made_at, made_by, applies_at, undone_at";

fn read(row: &Row<'_>) -> Result<Changed, StoreError> {
    let unknown = |_| StoreError::UnknownValue {
        column: "policy_changes.change",
    };
    Ok(Changed {
        id: row.get(0)?,
        version: row.get(1)?,
        state: row.get(2)?,
        summary: row.get(3)?,
        change: serde_json::from_str(&row.get::<String>(4)?).map_err(unknown)?,
        made_at: row.time(5)?,
        made_by: row.get(6)?,
        applies_at: row.time(7)?,
        undone_at: row.time_or_none(8)?,
    })
}

/// The version of the latest change; 0 before the first.
pub async fn version(snapshot: &Snapshot) -> Result<i64, StoreError> {
    let sql = "SELECT COALESCE(MAX(version), 0) FROM policy_changes";
    Ok(snapshot.row(sql, &[], |row| row.get(0)).await?.unwrap_or(0))
}

pub async fn insert(tx: &Tx, changed: &Changed) -> Result<(), StoreError> {
    let change = serde_json::to_string(&changed.change).map_err(|_| StoreError::UnknownValue {
        column: "policy_changes.change",
    })?;
    tx.execute(
        &format!("INSERT INTO policy_changes ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"),
        args![
            changed.id,
            changed.version,
            &changed.state,
            &changed.summary,
            change,
            changed.made_at,
            &changed.made_by,
            changed.applies_at,
            changed.undone_at
        ],
    )
    .await?;
    Ok(())
}

pub async fn find(snapshot: &Snapshot, id: Uuid) -> Result<Option<Changed>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM policy_changes WHERE id = ?1");
    snapshot.row(&sql, args![id], read).await
}

/// The newest first.
pub async fn list(snapshot: &Snapshot, most: u16) -> Result<Vec<Changed>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM policy_changes ORDER BY version DESC LIMIT ?1");
    snapshot.rows(&sql, args![i64::from(most)], read).await
}

/// Those whose time is still to come or has just come, the first one first.
pub async fn scheduled(snapshot: &Snapshot) -> Result<Vec<Changed>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM policy_changes WHERE state = 'scheduled' ORDER BY applies_at");
    snapshot.rows(&sql, &[], read).await
}

/// Those whose time has come.
pub async fn due(snapshot: &Snapshot, now: Timestamp) -> Result<Vec<Changed>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM policy_changes WHERE state = 'scheduled' AND applies_at <= ?1 ORDER BY applies_at"
    );
    snapshot.rows(&sql, args![now], read).await
}

/// Those that report what they would do, in the order in which they were made.
pub async fn reporting(snapshot: &Snapshot, now: Timestamp) -> Result<Vec<Changed>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM policy_changes WHERE state = 'reporting' AND ?1 < applies_at ORDER BY version"
    );
    snapshot.rows(&sql, args![now], read).await
}

/// Ends the reports whose time is over.
pub async fn end_reports(tx: &Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE policy_changes SET state = 'reported' WHERE state = 'reporting' AND applies_at <= ?1",
        args![now],
    )
    .await
}

/// Turns a report into a change that holds from `at` on. Answers 0 if somebody else was first.
pub async fn apply_report(
    tx: &Tx,
    id: Uuid,
    from: &str,
    version: i64,
    at: Timestamp,
) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE policy_changes SET state = 'applied', version = ?3, applies_at = ?4 WHERE id = ?1 AND state = ?2",
        args![id, from, version, at],
    )
    .await
}

/// Moves a change from one state to another. Answers 0 if somebody else was first.
pub async fn set_state(
    tx: &Tx,
    id: Uuid,
    from: &str,
    to: &str,
    undone_at: Option<Timestamp>,
) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE policy_changes SET state = ?3, undone_at = ?4 WHERE id = ?1 AND state = ?2",
        args![id, from, to, undone_at],
    )
    .await
}

/// Keeps what was there before, as it is found when a scheduled change is applied.
pub async fn set_change(tx: &Tx, id: Uuid, change: &Both) -> Result<u64, StoreError> {
    let change = serde_json::to_string(change).map_err(|_| StoreError::UnknownValue {
        column: "policy_changes.change",
    })?;
    tx.execute(
        "UPDATE policy_changes SET change = ?2 WHERE id = ?1",
        args![id, change],
    )
    .await
}
