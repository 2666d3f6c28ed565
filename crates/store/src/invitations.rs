//! Single-use set-up codes.

use portcullis_model::{InvitationId, Timestamp, UserId};

use crate::row::args;
use crate::{Snapshot, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct Invitation {
    pub id: InvitationId,
    /// For the first administrator, who says themselves who they are.
    pub first: bool,
    /// Nobody yet, until the first administrator has said who they are.
    pub user: Option<UserId>,
    pub expires_at: Timestamp,
}

/// An invitation that has not been used.
pub async fn find(snapshot: &Snapshot, code_digest: &[u8; 32]) -> Result<Option<Invitation>, StoreError> {
    let sql = "SELECT id, user_id, expires_at, is_first FROM invitations WHERE code_digest = ?1 AND used_at IS NULL";
    snapshot
        .row(sql, args![code_digest], |row| {
            Ok(Invitation {
                id: InvitationId(row.get(0)?),
                user: row.get::<Option<_>>(1)?.map(UserId),
                expires_at: row.time(2)?,
                first: row.get::<i64>(3)? != 0,
            })
        })
        .await
}

pub async fn insert(
    tx: &Tx,
    invitation: &Invitation,
    code_digest: &[u8; 32],
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO invitations (id, user_id, code_digest, created_at, expires_at, is_first) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        args![
            invitation.id.0,
            invitation.user.map(|user| user.0),
            code_digest,
            at,
            invitation.expires_at,
            invitation.first
        ],
    )
    .await?;
    Ok(())
}

/// Says who the first administrator will be.
pub async fn set_user(tx: &Tx, id: InvitationId, user: UserId) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE invitations SET user_id = ?2 WHERE id = ?1 AND user_id IS NULL AND used_at IS NULL",
        args![id.0, user.0],
    )
    .await
}

/// Spends the code. Answers 0 if somebody else already has.
pub async fn spend(tx: &Tx, id: InvitationId, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE invitations SET used_at = ?2 WHERE id = ?1 AND used_at IS NULL",
        args![id.0, at],
    )
    .await
}

/// Takes back every code of a person that has not been used.
pub async fn withdraw(tx: &Tx, user: UserId) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM invitations WHERE user_id = ?1 AND used_at IS NULL",
        args![user.0],
    )
    .await
}
