//! Groups of people, in a tree.

use portcullis_model::{Group, GroupId, Requirement};

use crate::row::{Row, args};
use crate::{Snapshot, StoreError, Tx};

const COLUMNS: &str = "id, parent_id, name, requirement, created_at";

fn read(row: &Row<'_>) -> Result<Group, StoreError> {
    Ok(Group {
        id: GroupId(row.get(0)?),
        parent: row.get::<Option<_>>(1)?.map(GroupId),
        name: row.get(2)?,
        requirement: requirement(&row.get::<String>(3)?, "people_groups.requirement")?,
        created_at: row.time(4)?,
    })
}

/// Reads a requirement; an empty text is none.
pub(crate) fn requirement(text: &str, column: &'static str) -> Result<Option<Requirement>, StoreError> {
    if text.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(text)
        .map(Some)
        .map_err(|_| StoreError::UnknownValue { column })
}

pub(crate) fn requirement_text(requirement: Option<&Requirement>) -> String {
    requirement
        .and_then(|requirement| serde_json::to_string(requirement).ok())
        .unwrap_or_default()
}

/// All groups, by name.
pub async fn list(snapshot: &Snapshot) -> Result<Vec<Group>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM people_groups ORDER BY name, id");
    snapshot.rows(&sql, &[], read).await
}

pub async fn find(snapshot: &Snapshot, id: GroupId) -> Result<Option<Group>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM people_groups WHERE id = ?1");
    snapshot.row(&sql, args![id.0], read).await
}

/// The group `id` and those above it, the nearest first.
pub async fn path(snapshot: &Snapshot, id: GroupId) -> Result<Vec<Group>, StoreError> {
    let sql = "WITH RECURSIVE up (id, parent_id, name, requirement, created_at, depth) AS ( \
               SELECT id, parent_id, name, requirement, created_at, 0 FROM people_groups WHERE id = ?1 UNION ALL \
               SELECT g.id, g.parent_id, g.name, g.requirement, g.created_at, up.depth + 1 FROM people_groups g \
               JOIN up ON g.id = up.parent_id WHERE up.depth < 64) \
               SELECT id, parent_id, name, requirement, created_at FROM up ORDER BY depth";
    snapshot.rows(sql, args![id.0], read).await
}

pub async fn insert(tx: &Tx, group: &Group) -> Result<(), StoreError> {
    tx.execute(
        &format!("INSERT INTO people_groups ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5)"),
        args![
            group.id.0,
            group.parent.map(|parent| parent.0),
            &group.name,
            requirement_text(group.requirement.as_ref()),
            group.created_at
        ],
    )
    .await?;
    Ok(())
}

pub async fn set_name(tx: &Tx, id: GroupId, name: &str) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE people_groups SET name = ?2 WHERE id = ?1",
        args![id.0, name],
    )
    .await
}

pub async fn set_parent(tx: &Tx, id: GroupId, parent: Option<GroupId>) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE people_groups SET parent_id = ?2 WHERE id = ?1",
        args![id.0, parent.map(|parent| parent.0)],
    )
    .await
}

pub async fn set_requirement(
    tx: &Tx,
    id: GroupId,
    requirement: Option<&Requirement>,
) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE people_groups SET requirement = ?2 WHERE id = ?1",
        args![id.0, requirement_text(requirement)],
    )
    .await
}

/// How many groups and people are in it.
pub async fn count_in(snapshot: &Snapshot, id: GroupId) -> Result<(i64, i64), StoreError> {
    let sql = "SELECT (SELECT COUNT(*) FROM people_groups WHERE parent_id = ?1), \
               (SELECT COUNT(*) FROM users WHERE group_id = ?1)";
    Ok(snapshot
        .row(sql, args![id.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .await?
        .unwrap_or((0, 0)))
}

pub async fn delete(tx: &Tx, id: GroupId) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM people_groups WHERE id = ?1", args![id.0])
        .await
}
