//! How many wrong answers in a row were given for whom, over all logins, nodes and doors.

use portcullis_model::Timestamp;

use crate::row::{Row, args};
use crate::{Snapshot, StoreError, Tx};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Guesses {
    pub failures: u32,
    pub not_before: Timestamp,
}

async fn find(snapshot: &Snapshot, who: &str, factor: &str) -> Result<Option<Guesses>, StoreError> {
    let sql = "SELECT failures, not_before FROM guesses WHERE who = ?1 AND factor = ?2";
    snapshot.row(sql, args![who, factor], read).await
}

/// What was guessed so far, held until the transaction ends: of many guesses at once each sees the one before.
pub async fn hold(tx: &Tx, who: &str, factor: &str, at: Timestamp) -> Result<Guesses, StoreError> {
    // A row that is not there cannot be held.
    tx.execute(
        "INSERT INTO guesses (who, factor, failures, not_before, changed_at) VALUES (?1, ?2, 0, ?3, ?3) \
         ON CONFLICT (who, factor) DO NOTHING",
        args![who, factor, at],
    )
    .await?;
    let lock = tx.dialect().update_lock();
    let sql = format!("SELECT failures, not_before FROM guesses WHERE who = ?1 AND factor = ?2{lock}");
    let held = tx.row(&sql, args![who, factor], read).await?;
    // A right answer may have deleted the row in between.
    Ok(held.unwrap_or(Guesses {
        failures: 0,
        not_before: at,
    }))
}

fn read(row: &Row<'_>) -> Result<Guesses, StoreError> {
    Ok(Guesses {
        failures: row.number(0, "guesses.failures")?,
        not_before: row.time(1)?,
    })
}

/// Counts a guess before it is looked at and tells how many there are now.
pub async fn reserve(tx: &Tx, who: &str, factor: &str, at: Timestamp) -> Result<u32, StoreError> {
    tx.execute(
        "INSERT INTO guesses (who, factor, failures, not_before, changed_at) VALUES (?1, ?2, 1, ?3, ?3) \
         ON CONFLICT (who, factor) DO UPDATE SET failures = guesses.failures + 1, changed_at = ?3",
        args![who, factor, at],
    )
    .await?;
    Ok(find(tx, who, factor).await?.map_or(1, |guesses| guesses.failures))
}

pub async fn set_not_before(
    tx: &Tx,
    who: &str,
    factor: &str,
    not_before: Timestamp,
) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE guesses SET not_before = ?3 WHERE who = ?1 AND factor = ?2",
        args![who, factor, not_before],
    )
    .await
}

/// Forgets the guesses after a right answer.
pub async fn clear(tx: &Tx, who: &str, factor: &str) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM guesses WHERE who = ?1 AND factor = ?2",
        args![who, factor],
    )
    .await
}

/// Forgets the guesses of a factor in all browsers, and in all.
pub async fn forget_factor(tx: &Tx, who: &str, factor: &str) -> Result<u64, StoreError> {
    let (all, in_browsers) = (format!("all:{factor}"), format!("{factor}@%"));
    tx.execute(
        "DELETE FROM guesses WHERE who = ?1 AND (factor = ?2 OR factor = ?3 OR factor LIKE ?4)",
        args![who, factor, all, in_browsers],
    )
    .await
}

/// Forgets the delays that nothing was added to since `before`. What people have guessed in all of a factor of theirs,
/// under a name that begins with `all:`, is kept until a right answer comes.
pub async fn sweep(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM guesses WHERE changed_at < ?1 \
         AND (factor NOT LIKE 'all:%' OR who NOT IN (SELECT username FROM users))",
        args![before],
    )
    .await
}
