//! Second factors that are switched off for one person, because too many wrong answers came.

use portcullis_model::{FactorKind, Timestamp, UserId};

use crate::row::args;
use crate::{Snapshot, StoreError, Tx};

/// The kinds that are off for a person, and since when.
pub async fn of(snapshot: &Snapshot, user: UserId) -> Result<Vec<(FactorKind, Timestamp)>, StoreError> {
    let sql = "SELECT kind, at FROM switched_off WHERE user_id = ?1 ORDER BY at, kind";
    snapshot
        .rows(sql, args![user.0], |row| {
            Ok((row.word(0, "switched_off.kind")?, row.time(1)?))
        })
        .await
}

/// What is off for anybody.
pub async fn all(snapshot: &Snapshot) -> Result<Vec<(UserId, FactorKind)>, StoreError> {
    let sql = "SELECT user_id, kind FROM switched_off";
    snapshot
        .rows(sql, &[], |row| {
            Ok((UserId(row.get(0)?), row.word(1, "switched_off.kind")?))
        })
        .await
}

/// Switches a kind off. Answers 0 if it is already.
pub async fn insert(tx: &Tx, user: UserId, kind: FactorKind, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "INSERT INTO switched_off (user_id, kind, at) VALUES (?1, ?2, ?3) ON CONFLICT (user_id, kind) DO NOTHING",
        args![user.0, kind.word(), at],
    )
    .await
}

/// Switches a kind on again. Answers 0 if it was not off.
pub async fn delete(tx: &Tx, user: UserId, kind: FactorKind) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM switched_off WHERE user_id = ?1 AND kind = ?2",
        args![user.0, kind.word()],
    )
    .await
}
