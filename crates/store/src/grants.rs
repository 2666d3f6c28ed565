//! Who was given what, and what somebody may do in the end.

use portcullis_model::{AccountId, AccountRight, GrantView, ResourceId, Through, Timestamp, UserId};
use uuid::Uuid;

use crate::row::{Row, args};
use crate::users::user_name;
use crate::{Snapshot, StoreError, Tx};

/// What an operation on one account or resource must know of it before it may run.
#[derive(Clone, Debug)]
pub struct Held {
    /// What the person may do; nothing for a stranger.
    pub right: Option<AccountRight>,
    pub name: String,
    pub deleted: bool,
}

/// The right of `user` on an account: the owner's, else the account's own grant, else the resource's.
pub async fn on_account(
    snapshot: &Snapshot,
    user: UserId,
    account: AccountId,
) -> Result<Option<Held>, StoreError> {
    let sql = "SELECT CASE WHEN a.owner_id = ?1 THEN 'full' ELSE COALESCE(\
               (SELECT g.account_right FROM grants g WHERE g.user_id = ?1 AND g.account_id = a.id), \
               (SELECT g.account_right FROM grants g WHERE g.user_id = ?1 AND g.resource_id = a.resource_id)) END, \
               a.name, r.name, a.deleted_at FROM accounts a JOIN resources r ON r.id = a.resource_id WHERE a.id = ?2";
    snapshot
        .row(sql, args![user.0, account.0], |row| {
            Ok(Held {
                right: right(row)?,
                name: format!("{}@{}", row.get::<String>(1)?, row.get::<String>(2)?),
                deleted: row.get::<Option<i64>>(3)?.is_some(),
            })
        })
        .await
}

/// The right of `user` on a resource.
pub async fn on_resource(
    snapshot: &Snapshot,
    user: UserId,
    resource: ResourceId,
) -> Result<Option<Held>, StoreError> {
    let sql = "SELECT CASE WHEN r.owner_id = ?1 THEN 'full' ELSE \
               (SELECT g.account_right FROM grants g WHERE g.user_id = ?1 AND g.resource_id = r.id) END, \
               r.name, r.deleted_at FROM resources r WHERE r.id = ?2";
    snapshot
        .row(sql, args![user.0, resource.0], |row| {
            Ok(Held {
                right: right(row)?,
                name: row.get(1)?,
                deleted: row.get::<Option<i64>>(2)?.is_some(),
            })
        })
        .await
}

fn right(row: &Row<'_>) -> Result<Option<AccountRight>, StoreError> {
    row.get::<Option<String>>(0)?
        .map(|word| word.parse())
        .transpose()
        .map_err(|_| StoreError::UnknownValue {
            column: "grants.account_right",
        })
}

/// A grant on one account or on one resource.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    Account(AccountId),
    Resource(ResourceId),
}

impl Target {
    fn column(self) -> &'static str {
        match self {
            Self::Account(_) => "account_id",
            Self::Resource(_) => "resource_id",
        }
    }

    fn id(self) -> Uuid {
        match self {
            Self::Account(id) => id.0,
            Self::Resource(id) => id.0,
        }
    }
}

/// Gives `user` a right, in place of the one they had.
pub async fn put(
    tx: &Tx,
    id: Uuid,
    user: UserId,
    target: Target,
    right: AccountRight,
    by: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let column = target.column();
    tx.execute(
        &format!(
            "INSERT INTO grants (id, user_id, {column}, account_right, granted_by, granted_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (user_id, {column}) WHERE {column} IS NOT NULL \
             DO UPDATE SET account_right = ?4, granted_by = ?5, granted_at = ?6"
        ),
        args![id, user.0, target.id(), right.word(), by, at],
    )
    .await?;
    Ok(())
}

pub async fn delete(tx: &Tx, user: UserId, target: Target) -> Result<u64, StoreError> {
    let column = target.column();
    tx.execute(
        &format!("DELETE FROM grants WHERE user_id = ?1 AND {column} = ?2"),
        args![user.0, target.id()],
    )
    .await
}

/// Everybody who reaches an account, each with the one grant that counts; the owner first.
pub async fn of_account(snapshot: &Snapshot, account: AccountId) -> Result<Vec<GrantView>, StoreError> {
    let sql = "SELECT u.id, u.username, u.display_name, 'full', 'owner', a.created_at, 0 AS place \
               FROM accounts a JOIN users u ON u.id = a.owner_id WHERE a.id = ?1 \
               UNION ALL SELECT u.id, u.username, u.display_name, g.account_right, 'account', g.granted_at, 1 \
               FROM grants g JOIN users u ON u.id = g.user_id WHERE g.account_id = ?1 \
               UNION ALL SELECT u.id, u.username, u.display_name, g.account_right, 'resource', g.granted_at, 1 \
               FROM accounts a JOIN grants g ON g.resource_id = a.resource_id JOIN users u ON u.id = g.user_id \
               WHERE a.id = ?1 AND NOT EXISTS \
               (SELECT 1 FROM grants d WHERE d.user_id = g.user_id AND d.account_id = a.id) ORDER BY place, username";
    snapshot.rows(sql, args![account.0], view).await
}

/// Everybody who reaches a whole resource; the owner first.
pub async fn of_resource(snapshot: &Snapshot, resource: ResourceId) -> Result<Vec<GrantView>, StoreError> {
    let sql = "SELECT u.id, u.username, u.display_name, 'full', 'owner', r.created_at, 0 AS place \
               FROM resources r JOIN users u ON u.id = r.owner_id WHERE r.id = ?1 \
               UNION ALL SELECT u.id, u.username, u.display_name, g.account_right, 'resource', g.granted_at, 1 \
               FROM grants g JOIN users u ON u.id = g.user_id WHERE g.resource_id = ?1 ORDER BY place, username";
    snapshot.rows(sql, args![resource.0], view).await
}

fn view(row: &Row<'_>) -> Result<GrantView, StoreError> {
    let through: Through = row.word(4, "grants.through")?;
    Ok(GrantView {
        user: user_name(row, 0)?,
        right: row.word(3, "grants.account_right")?,
        through,
        granted_at: row.time(5)?,
    })
}
