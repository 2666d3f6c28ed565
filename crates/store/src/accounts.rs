//! Accounts, and which of them a person sees.

mod list;

use portcullis_model::{AccountId, ResourceId, Timestamp, UserId};

use uuid::Uuid;

use crate::row::{Row, args};
use crate::{Snapshot, StoreError, Tx};

pub use list::{list, view_of};

/// An account without anybody's view of it.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: AccountId,
    pub resource: ResourceId,
    pub owner: UserId,
    pub name: String,
    pub notes: String,
    /// JSON: pairs of name and value, in order.
    pub attributes: String,
    pub version: u32,
    pub complies: bool,
    pub password_changed_at: Timestamp,
    pub created_at: Timestamp,
    pub deleted_at: Option<Timestamp>,
}

pub async fn find(snapshot: &Snapshot, id: AccountId) -> Result<Option<Account>, StoreError> {
    let sql = "SELECT id, resource_id, owner_id, name, notes, attributes, version, complies, password_changed_at, \
               created_at, deleted_at FROM accounts WHERE id = ?1";
    snapshot.row(sql, args![id.0], read).await
}

/// Keeps others from changing the account until `tx` ends.
pub async fn hold(tx: &Tx, id: AccountId) -> Result<(), StoreError> {
    let lock = tx.dialect().update_lock();
    let sql = format!("SELECT id FROM accounts WHERE id = ?1{lock}");
    tx.row(&sql, args![id.0], |row| row.get::<Uuid>(0)).await?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Account, StoreError> {
    Ok(Account {
        id: AccountId(row.get(0)?),
        resource: ResourceId(row.get(1)?),
        owner: UserId(row.get(2)?),
        name: row.get(3)?,
        notes: row.get(4)?,
        attributes: row.get(5)?,
        version: row.number(6, "accounts.version")?,
        complies: row.get::<i64>(7)? != 0,
        password_changed_at: row.time(8)?,
        created_at: row.time(9)?,
        deleted_at: row.time_or_none(10)?,
    })
}

/// How an account is found and where it stands in a list.
pub struct Words {
    pub sort: String,
    pub search: String,
}

pub async fn insert(tx: &Tx, account: &Account, words: &Words) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO accounts (id, resource_id, owner_id, sort, search, name, notes, attributes, version, complies, \
         password_changed_at, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        args![
            account.id.0,
            account.resource.0,
            account.owner.0,
            &words.sort,
            &words.search,
            &account.name,
            &account.notes,
            &account.attributes,
            account.version,
            account.complies,
            account.password_changed_at,
            account.created_at
        ],
    )
    .await?;
    Ok(())
}

pub async fn set_details(
    tx: &Tx,
    id: AccountId,
    name: &str,
    notes: &str,
    attributes: &str,
    words: &Words,
) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE accounts SET name = ?2, notes = ?3, attributes = ?4, sort = ?5, search = ?6 WHERE id = ?1",
        args![id.0, name, notes, attributes, &words.sort, &words.search],
    )
    .await
}

pub async fn set_words(tx: &Tx, id: AccountId, words: &Words) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE accounts SET sort = ?2, search = ?3 WHERE id = ?1",
        args![id.0, &words.sort, &words.search],
    )
    .await
}

/// The accounts of a resource, deleted or not, as id and name.
pub async fn names_of(
    snapshot: &Snapshot,
    resource: ResourceId,
) -> Result<Vec<(AccountId, String)>, StoreError> {
    let sql = "SELECT id, name FROM accounts WHERE resource_id = ?1";
    snapshot
        .rows(sql, args![resource.0], |row| {
            Ok((AccountId(row.get(0)?), row.get(1)?))
        })
        .await
}

/// Makes `to` the current version if `from` still is. Answers 0 if another writer was first.
pub async fn advance_version(
    tx: &Tx,
    id: AccountId,
    from: u32,
    to: u32,
    complies: bool,
    at: Timestamp,
) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE accounts SET version = ?3, complies = ?4, password_changed_at = ?5 WHERE id = ?1 AND version = ?2",
        args![id.0, from, to, complies, at],
    )
    .await
}

pub async fn delete(tx: &Tx, id: AccountId, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE accounts SET deleted_at = ?2 WHERE id = ?1 AND deleted_at IS NULL",
        args![id.0, at],
    )
    .await
}

/// Takes an account out of the trash, unless its whole resource is there.
pub async fn restore(tx: &Tx, id: AccountId) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE accounts SET deleted_at = NULL WHERE id = ?1 AND deleted_at IS NOT NULL AND resource_id IN \
         (SELECT id FROM resources WHERE deleted_at IS NULL)",
        args![id.0],
    )
    .await
}
