use std::fmt::Write;

use portcullis_model::{CallFilter, CallOutcome, CallsPage, LoggedCall};

use crate::row::{Row, Value};
use crate::{Snapshot, StoreError};

/// The newest first; one more than the page holds, if there are more.
pub async fn log(
    snapshot: &Snapshot,
    filter: &CallFilter,
    page: CallsPage,
) -> Result<Vec<LoggedCall>, StoreError> {
    let mut sql = String::from(
        "SELECT c.id, u.username, c.masked, c.purpose, c.address, c.outcome, c.trunk, c.made_at, c.seconds, \
         c.country, c.cost, c.currency FROM calls c JOIN users u ON u.id = c.user_id WHERE 1 = 1",
    );
    let mut args = Vec::new();
    for (condition, value) in conditions(filter) {
        args.push(value);
        // Writing to a string cannot fail.
        let _ = write!(
            sql,
            " AND {}",
            condition.replace('?', &format!("?{}", args.len()))
        );
    }
    if let Some((at, id)) = page.before {
        args.extend([Value::from(at), Value::from(id)]);
        let _ = write!(
            sql,
            " AND (c.made_at, c.id) < (?{}, ?{})",
            args.len() - 1,
            args.len()
        );
    }
    args.push(Value::from(i64::from(page.size.get()) + 1));
    let _ = write!(sql, " ORDER BY c.made_at DESC, c.id DESC LIMIT ?{}", args.len());
    snapshot.rows(&sql, &args, view).await
}

fn conditions(filter: &CallFilter) -> Vec<(&'static str, Value<'_>)> {
    let mut conditions: Vec<(&str, Value<'_>)> = Vec::new();
    if !filter.who.is_empty() {
        conditions.push(("u.username = ?", filter.who.to_lowercase().into()));
    }
    if let Some(outcome) = filter.outcome {
        conditions.push(("c.outcome = ?", outcome.word().into()));
    }
    if let Some(since) = filter.since {
        conditions.push(("? <= c.made_at", since.into()));
    }
    if let Some(until) = filter.until {
        conditions.push(("c.made_at < ?", until.into()));
    }
    conditions
}

fn view(row: &Row<'_>) -> Result<LoggedCall, StoreError> {
    Ok(LoggedCall {
        id: row.get(0)?,
        username: row.get(1)?,
        masked: row.get(2)?,
        purpose: row.get(3)?,
        address: row.get(4)?,
        outcome: outcome(row, 5)?,
        trunk: row.get(6)?,
        made_at: row.time(7)?,
        seconds: row.number(8, "calls.seconds")?,
        country: row.get(9)?,
        cost: row.number(10, "calls.cost")?,
        currency: row.get(11)?,
    })
}

/// How a call ended; absent as long as it is under way.
pub(super) fn outcome(row: &Row<'_>, column: usize) -> Result<Option<CallOutcome>, StoreError> {
    let word: String = row.get(column)?;
    if word.is_empty() {
        return Ok(None);
    }
    row.word(column, "calls.outcome").map(Some)
}
