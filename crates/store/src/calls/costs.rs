//! What calls cost, and who was told that it is much.

use portcullis_model::Timestamp;
use uuid::Uuid;

use super::number;
use crate::row::args;
use crate::{Snapshot, StoreError, Tx};

/// How many calls were placed to a country since `since`.
pub async fn count_to_country(
    snapshot: &Snapshot,
    country: &str,
    since: Timestamp,
) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM calls WHERE country = ?1 AND ?2 < made_at AND state <> 'refused'";
    number(snapshot, sql, args![country, since]).await
}

/// The minutes of these calls; those under way count at their most.
pub async fn minutes_to_country(
    snapshot: &Snapshot,
    country: &str,
    since: Timestamp,
) -> Result<i64, StoreError> {
    let sql =
        "SELECT CAST(COALESCE(SUM(minutes), 0) AS BIGINT) FROM calls WHERE country = ?1 AND ?2 < made_at";
    number(snapshot, sql, args![country, since]).await
}

/// What calls since `since` cost that were counted in this currency; those under way count at their most.
pub async fn spent(snapshot: &Snapshot, currency: &str, since: Timestamp) -> Result<u64, StoreError> {
    let sql = "SELECT CAST(COALESCE(SUM(cost), 0) AS BIGINT) FROM calls WHERE currency = ?1 AND ?2 < made_at";
    let spent = number(snapshot, sql, args![currency, since]).await?;
    Ok(u64::try_from(spent).unwrap_or(0))
}

/// Says that a call was never placed after all.
pub async fn waive(tx: &Tx, id: Uuid) -> Result<u64, StoreError> {
    tx.execute("UPDATE calls SET minutes = 0, cost = 0 WHERE id = ?1", args![id])
        .await
}

/// Notes on a call that administrators were told, on its occasion, that so much was spent.
pub async fn tell_of(tx: &Tx, id: Uuid, spent: u64) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE calls SET told_of = ?2 WHERE id = ?1",
        args![id, amount(spent)],
    )
    .await
}

/// Of how much they were told since `since`; 0 for nothing.
pub async fn told_of(snapshot: &Snapshot, currency: &str, since: Timestamp) -> Result<u64, StoreError> {
    let sql = "SELECT COALESCE(MAX(told_of), 0) FROM calls WHERE currency = ?1 AND ?2 < made_at";
    let told = number(snapshot, sql, args![currency, since]).await?;
    Ok(u64::try_from(told).unwrap_or(0))
}

/// As a column holds it.
pub(super) fn amount(of: u64) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}
