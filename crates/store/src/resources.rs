//! Resources, and which of them a person sees.

mod list;

use portcullis_model::{ResourceDraft, ResourceId, Timestamp, UserId};

use uuid::Uuid;

use crate::accounts::Words;
use crate::row::{Row, args};
use crate::{Snapshot, StoreError, Tx};

pub use list::{list, view_of};

/// A resource without anybody's view of it.
#[derive(Clone, Debug)]
pub struct Resource {
    pub id: ResourceId,
    pub owner: UserId,
    pub draft: ResourceDraft,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
}

pub async fn find(snapshot: &Snapshot, id: ResourceId) -> Result<Option<Resource>, StoreError> {
    let sql = "SELECT id, owner_id, name, kind, address, url, department, location, notes, attributes, policy, \
               created_at, changed_at FROM resources WHERE id = ?1";
    snapshot
        .row(sql, args![id.0], |row| {
            Ok(Resource {
                id: ResourceId(row.get(0)?),
                owner: UserId(row.get(1)?),
                draft: draft(row, 2)?,
                created_at: row.time(11)?,
                changed_at: row.time(12)?,
            })
        })
        .await
}

/// Keeps others from changing the resource until `tx` ends.
pub async fn hold(tx: &Tx, id: ResourceId) -> Result<(), StoreError> {
    let lock = tx.dialect().update_lock();
    let sql = format!("SELECT id FROM resources WHERE id = ?1{lock}");
    tx.row(&sql, args![id.0], |row| row.get::<Uuid>(0)).await?;
    Ok(())
}

/// Reads `name, kind, address, url, department, location, notes, attributes, policy` from column `first` on.
fn draft(row: &Row<'_>, first: usize) -> Result<ResourceDraft, StoreError> {
    Ok(ResourceDraft {
        name: row.get(first)?,
        kind: row.get(first + 1)?,
        address: row.get(first + 2)?,
        url: row.get(first + 3)?,
        department: row.get(first + 4)?,
        location: row.get(first + 5)?,
        notes: row.get(first + 6)?,
        attributes: attributes_from(&row.get::<String>(first + 7)?)?,
        policy: row.get(first + 8)?,
    })
}

/// Reads custom attributes from the JSON of their column.
pub fn attributes_from(json: &str) -> Result<Vec<(String, String)>, StoreError> {
    serde_json::from_str(json).map_err(|_| StoreError::UnknownValue { column: "attributes" })
}

/// Custom attributes as the JSON of their column.
#[expect(clippy::missing_panics_doc, reason = "pairs of texts are always JSON")]
pub fn attributes_to(attributes: &[(String, String)]) -> String {
    serde_json::to_string(attributes).expect("pairs of texts are always JSON")
}

pub async fn insert(tx: &Tx, resource: &Resource, words: &Words) -> Result<(), StoreError> {
    let draft = &resource.draft;
    tx.execute(
        "INSERT INTO resources (id, owner_id, sort, search, name, kind, address, url, department, location, notes, \
         attributes, policy, created_at, changed_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        args![
            resource.id.0,
            resource.owner.0,
            &words.sort,
            &words.search,
            &draft.name,
            &draft.kind,
            &draft.address,
            &draft.url,
            &draft.department,
            &draft.location,
            &draft.notes,
            attributes_to(&draft.attributes),
            &draft.policy,
            resource.created_at,
            resource.changed_at
        ],
    )
    .await?;
    Ok(())
}

pub async fn update(
    tx: &Tx,
    id: ResourceId,
    draft: &ResourceDraft,
    words: &Words,
    at: Timestamp,
) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE resources SET sort = ?2, search = ?3, name = ?4, kind = ?5, address = ?6, url = ?7, department = ?8, \
         location = ?9, notes = ?10, attributes = ?11, policy = ?12, changed_at = ?13 WHERE id = ?1",
        args![
            id.0,
            &words.sort,
            &words.search,
            &draft.name,
            &draft.kind,
            &draft.address,
            &draft.url,
            &draft.department,
            &draft.location,
            &draft.notes,
            attributes_to(&draft.attributes),
            &draft.policy,
            at
        ],
    )
    .await
}

/// Puts a resource and its accounts into the trash, all with the same moment.
pub async fn delete(tx: &Tx, id: ResourceId, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE accounts SET deleted_at = ?2 WHERE resource_id = ?1 AND deleted_at IS NULL",
        args![id.0, at],
    )
    .await?;
    tx.execute(
        "UPDATE resources SET deleted_at = ?2 WHERE id = ?1 AND deleted_at IS NULL",
        args![id.0, at],
    )
    .await
}

/// Takes a resource out of the trash, and those accounts that went in with it.
pub async fn restore(tx: &Tx, id: ResourceId) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE accounts SET deleted_at = NULL WHERE resource_id = ?1 AND deleted_at = \
         (SELECT deleted_at FROM resources WHERE id = ?1)",
        args![id.0],
    )
    .await?;
    tx.execute(
        "UPDATE resources SET deleted_at = NULL WHERE id = ?1 AND deleted_at IS NOT NULL",
        args![id.0],
    )
    .await
}
