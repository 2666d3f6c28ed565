//! Filters of sign-in events that people keep.

use portcullis_model::{SignInFilter, Timestamp, UserId};
use uuid::Uuid;

use crate::row::{Row, args};
use crate::{Snapshot, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct SavedFilter {
    pub id: Uuid,
    pub owner: UserId,
    /// The owner's user name.
    pub owner_name: String,
    pub name: String,
    pub filter: SignInFilter,
    pub is_shared: bool,
}

const COLUMNS: &str = "f.id, f.owner_id, u.username, f.name, f.filter, f.is_shared";

fn read(row: &Row<'_>) -> Result<SavedFilter, StoreError> {
    let unknown = StoreError::UnknownValue {
        column: "saved_filters.filter",
    };
    Ok(SavedFilter {
        id: row.get(0)?,
        owner: UserId(row.get(1)?),
        owner_name: row.get(2)?,
        name: row.get(3)?,
        filter: serde_json::from_str(&row.get::<String>(4)?).map_err(|_| unknown)?,
        is_shared: row.get::<i64>(5)? == 1,
    })
}

/// Those of a person and those that are shared, by name.
pub async fn list(snapshot: &Snapshot, user: UserId) -> Result<Vec<SavedFilter>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM saved_filters f JOIN users u ON u.id = f.owner_id \
         WHERE f.owner_id = ?1 OR f.is_shared = 1 ORDER BY f.name, f.id"
    );
    snapshot.rows(&sql, args![user.0], read).await
}

pub async fn find(snapshot: &Snapshot, id: Uuid) -> Result<Option<SavedFilter>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM saved_filters f JOIN users u ON u.id = f.owner_id WHERE f.id = ?1");
    snapshot.row(&sql, args![id], read).await
}

/// How many a person keeps.
pub async fn count(snapshot: &Snapshot, owner: UserId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM saved_filters WHERE owner_id = ?1";
    Ok(snapshot
        .row(sql, args![owner.0], |row| row.get(0))
        .await?
        .unwrap_or(0))
}

/// Keeps a filter, unless its owner has one of that name.
pub async fn insert(tx: &Tx, saved: &SavedFilter, at: Timestamp) -> Result<u64, StoreError> {
    let unknown = StoreError::UnknownValue {
        column: "saved_filters.filter",
    };
    let filter = serde_json::to_string(&saved.filter).map_err(|_| unknown)?;
    tx.execute(
        "INSERT INTO saved_filters (id, owner_id, name, filter, is_shared, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
        args![saved.id, saved.owner.0, &saved.name, &filter, saved.is_shared, at],
    )
    .await
}

/// Gives a filter another name and shares it or not. Answers 0 if its owner has another one of that name.
pub async fn change(tx: &Tx, saved: &SavedFilter) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE saved_filters SET name = ?2, is_shared = ?3 WHERE id = ?1 AND NOT EXISTS \
         (SELECT 1 FROM saved_filters o WHERE o.owner_id = ?4 AND o.name = ?2 AND o.id <> ?1)",
        args![saved.id, &saved.name, saved.is_shared, saved.owner.0],
    )
    .await
}

pub async fn delete(tx: &Tx, id: Uuid) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM saved_filters WHERE id = ?1", args![id])
        .await
}
