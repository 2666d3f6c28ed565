//! What was deleted and can still come back.

use std::time::Duration;

use portcullis_model::{AccountId, ResourceId, Timestamp, TrashView, Trashed, UserId};

use crate::row::args;
use crate::{Snapshot, StoreError, Tx};

/// How long deleted things can come back.
pub const KEPT: Duration = Duration::from_hours(720);

/// The trash of a person: what they own, resources before accounts that went on their own.
pub async fn list(snapshot: &Snapshot, owner: UserId) -> Result<Vec<TrashView>, StoreError> {
    let resources = snapshot
        .rows(
            "SELECT id, name, deleted_at FROM resources WHERE owner_id = ?1 AND deleted_at IS NOT NULL \
             ORDER BY deleted_at DESC LIMIT 200",
            args![owner.0],
            |row| {
                Ok(view(
                    Trashed::Resource(ResourceId(row.get(0)?)),
                    row.get(1)?,
                    row.time(2)?,
                ))
            },
        )
        .await?;
    let accounts = snapshot
        .rows(
            "SELECT a.id, a.name, r.name, a.deleted_at FROM accounts a JOIN resources r ON r.id = a.resource_id \
             WHERE a.owner_id = ?1 AND a.deleted_at IS NOT NULL AND r.deleted_at IS NULL \
             ORDER BY a.deleted_at DESC LIMIT 200",
            args![owner.0],
            |row| {
                let name = format!("{}@{}", row.get::<String>(1)?, row.get::<String>(2)?);
                Ok(view(Trashed::Account(AccountId(row.get(0)?)), name, row.time(3)?))
            },
        )
        .await?;
    Ok(resources.into_iter().chain(accounts).collect())
}

fn view(thing: Trashed, name: String, deleted_at: Timestamp) -> TrashView {
    TrashView {
        thing,
        name,
        deleted_at,
        purge_at: deleted_at + KEPT,
    }
}

/// Destroys what was deleted before `before`, with every password of it.
pub async fn purge(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    let accounts = tx
        .execute("DELETE FROM accounts WHERE deleted_at < ?1", args![before])
        .await?;
    let resources = tx
        .execute(
            "DELETE FROM resources WHERE deleted_at < ?1 AND NOT EXISTS \
             (SELECT 1 FROM accounts WHERE accounts.resource_id = resources.id)",
            args![before],
        )
        .await?;
    Ok(accounts + resources)
}
