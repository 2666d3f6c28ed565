//! Personal API tokens.

use portcullis_model::{Scope, Timestamp, TokenId, UserId};

use crate::row::{Row, args};
use crate::{Snapshot, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct Token {
    pub id: TokenId,
    pub user: UserId,
    pub name: String,
    pub scopes: Vec<Scope>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, user_id, name, scopes, created_at, expires_at, used_at";

fn read(row: &Row<'_>) -> Result<Token, StoreError> {
    let scopes: String = row.get(3)?;
    Ok(Token {
        id: TokenId(row.get(0)?),
        user: UserId(row.get(1)?),
        name: row.get(2)?,
        scopes: scopes
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map_err(|_| StoreError::UnknownValue {
                column: "tokens.scopes",
            })?,
        created_at: row.time(4)?,
        expires_at: row.time(5)?,
        used_at: row.time_or_none(6)?,
    })
}

pub async fn find(snapshot: &Snapshot, digest: &[u8; 32]) -> Result<Option<Token>, StoreError> {
    snapshot
        .row(
            &format!("SELECT {COLUMNS} FROM tokens WHERE digest = ?1"),
            args![digest],
            read,
        )
        .await
}

pub async fn list(snapshot: &Snapshot, user: UserId) -> Result<Vec<Token>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM tokens WHERE user_id = ?1 ORDER BY created_at DESC");
    snapshot.rows(&sql, args![user.0], read).await
}

pub async fn insert(tx: &Tx, token: &Token, digest: &[u8; 32]) -> Result<(), StoreError> {
    let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.word()).collect();
    tx.execute(
        &format!("INSERT INTO tokens ({COLUMNS}, digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
        args![
            token.id.0,
            token.user.0,
            &token.name,
            scopes.join(" "),
            token.created_at,
            token.expires_at,
            token.used_at,
            digest
        ],
    )
    .await?;
    Ok(())
}

pub async fn touch(tx: &Tx, id: TokenId, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute("UPDATE tokens SET used_at = ?2 WHERE id = ?1", args![id.0, at])
        .await
}

pub async fn delete(tx: &Tx, user: UserId, id: TokenId) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM tokens WHERE id = ?1 AND user_id = ?2",
        args![id.0, user.0],
    )
    .await
}

pub async fn delete_of(tx: &Tx, user: UserId) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM tokens WHERE user_id = ?1", args![user.0])
        .await
}

pub async fn sweep(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM tokens WHERE expires_at < ?1", args![before])
        .await
}
