//! Who has accepted which privacy text.

use portcullis_model::{Timestamp, UserId};

use crate::row::args;
use crate::{Snapshot, StoreError, Tx};

/// Tells whether the text of today waits for this person to accept it.
pub async fn is_due(snapshot: &Snapshot, user: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT version FROM branding \
               WHERE version = (SELECT MAX(version) FROM branding) AND privacy_digest IS NOT NULL AND NOT EXISTS \
               (SELECT 1 FROM privacy_acceptances a WHERE a.user_id = ?1 AND a.digest = branding.privacy_digest)";
    Ok(snapshot
        .row(sql, args![user.0], |row| row.get::<i64>(0))
        .await?
        .is_some())
}

/// Notes that a person accepted a text. The first time counts.
pub async fn accept(tx: &Tx, user: UserId, digest: &[u8; 32], at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "INSERT INTO privacy_acceptances (user_id, digest, accepted_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        args![user.0, digest, at],
    )
    .await
}

/// How many people who may sign in have accepted a text.
pub async fn count(snapshot: &Snapshot, digest: &[u8; 32]) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM privacy_acceptances a JOIN users u ON u.id = a.user_id \
               WHERE a.digest = ?1 AND u.state = 'active'";
    Ok(snapshot
        .row(sql, args![digest], |row| row.get(0))
        .await?
        .unwrap_or(0))
}
