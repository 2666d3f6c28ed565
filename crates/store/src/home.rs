//! The counts on the first page.

use portcullis_model::{Timestamp, UserId};

use crate::row::args;
use crate::{Snapshot, StoreError};

/// How many accounts and resources a person sees, at most a million each.
pub async fn counts(snapshot: &Snapshot, viewer: UserId) -> Result<(u64, u64), StoreError> {
    let accounts = "SELECT COUNT(*) FROM (SELECT id FROM accounts WHERE owner_id = ?1 AND deleted_at IS NULL \
        UNION SELECT a.id FROM grants g JOIN accounts a ON a.id = g.account_id \
          WHERE g.user_id = ?1 AND a.deleted_at IS NULL \
        UNION SELECT a.id FROM grants g JOIN accounts a ON a.resource_id = g.resource_id \
          WHERE g.user_id = ?1 AND a.deleted_at IS NULL) seen";
    let resources = "SELECT COUNT(*) FROM (SELECT id FROM resources WHERE owner_id = ?1 AND deleted_at IS NULL \
        UNION SELECT r.id FROM grants g JOIN resources r ON r.id = g.resource_id \
          WHERE g.user_id = ?1 AND r.deleted_at IS NULL) seen";
    let accounts = snapshot
        .row(accounts, args![viewer.0], |row| row.number(0, "accounts"))
        .await?;
    let resources = snapshot
        .row(resources, args![viewer.0], |row| row.number(0, "resources"))
        .await?;
    Ok((accounts.unwrap_or(0), resources.unwrap_or(0)))
}

/// How many of a person's own accounts changed their password at or after each of `since`.
pub async fn changed_since(
    snapshot: &Snapshot,
    owner: UserId,
    since: &[Timestamp],
) -> Result<Vec<u64>, StoreError> {
    let mut counts = Vec::with_capacity(since.len());
    for moment in since {
        let sql = "SELECT COUNT(*) FROM accounts WHERE owner_id = ?1 AND deleted_at IS NULL \
                   AND ?2 <= password_changed_at";
        let count = snapshot
            .row(sql, args![owner.0, *moment], |row| row.number(0, "accounts"))
            .await?;
        counts.push(count.unwrap_or(0));
    }
    Ok(counts)
}
