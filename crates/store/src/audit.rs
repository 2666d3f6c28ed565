//! The audit trail: rows are appended and read, never changed.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::LazyLock;

use portcullis_model::{AuditFilter, AuditView, Outcome, Timestamp, TrailPage};
use uuid::Uuid;

use crate::connection::Dialect;
use crate::row::{Row, Value, args};
use crate::{Snapshot, StoreError, Tx};

/// One row of the trail with its place in the chain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuditRow<'a> {
    pub seq: i64,
    pub at: Timestamp,
    pub operation: Cow<'a, str>,
    pub actor_kind: Cow<'a, str>,
    pub actor_id: Option<Uuid>,
    pub actor: Cow<'a, str>,
    pub door: Cow<'a, str>,
    pub address: Cow<'a, str>,
    pub request: Cow<'a, str>,
    pub session: Option<Uuid>,
    pub subject_kind: Cow<'a, str>,
    pub subject_id: Option<Uuid>,
    pub subject: Cow<'a, str>,
    pub outcome: Cow<'a, str>,
    pub reason: Cow<'a, str>,
    pub message: Cow<'a, str>,
    /// SHA-256 of the ciphertext that was written.
    pub digest: Option<Vec<u8>>,
    pub hash: Vec<u8>,
    pub mac_version: u32,
    pub mac: Vec<u8>,
}

const COLUMNS: &str = "seq, at, operation, actor_kind, actor_id, actor, door, address, request, session_id, \
                       subject_kind, subject_id, subject, outcome, reason, message, digest, hash, mac_version, mac";

/// The end of the chain: number and hash of the newest row. Held until the transaction ends.
pub async fn head(tx: &Tx) -> Result<Option<(i64, Vec<u8>)>, StoreError> {
    if tx.dialect() == Dialect::Postgres {
        // Writers queue here, so that every row knows the one before it.
        tx.script("SELECT pg_advisory_xact_lock(7272002)").await?;
    }
    newest(tx).await
}

/// The number and hash of the newest row.
pub async fn newest(snapshot: &Snapshot) -> Result<Option<(i64, Vec<u8>)>, StoreError> {
    let sql = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1";
    snapshot.row(sql, &[], |row| Ok((row.get(0)?, row.get(1)?))).await
}

/// Appends rows, in their order.
pub async fn insert(tx: &Tx, rows: &[AuditRow<'_>]) -> Result<(), StoreError> {
    let mut rest = rows;
    while !rest.is_empty() {
        let (now, later) = rest.split_at(statement_size(tx.dialect(), rest.len()));
        tx.execute(
            statement(now.len()),
            &now.iter().flat_map(values).collect::<Vec<_>>(),
        )
        .await?;
        rest = later;
    }
    Ok(())
}

/// `PostgreSQL` is a round trip away, so one statement takes many rows; few sizes, so that each stays prepared.
fn statement_size(dialect: Dialect, left: usize) -> usize {
    match dialect {
        Dialect::Postgres if 64 <= left => 64,
        Dialect::Postgres if 8 <= left => 8,
        Dialect::Postgres | Dialect::Sqlite => 1,
    }
}

fn statement(rows: usize) -> &'static str {
    static STATEMENTS: [LazyLock<String>; 3] = [
        LazyLock::new(|| compose(1)),
        LazyLock::new(|| compose(8)),
        LazyLock::new(|| compose(64)),
    ];
    &STATEMENTS[usize::from(8 <= rows) + usize::from(64 <= rows)]
}

fn compose(rows: usize) -> String {
    let tuple = |row: usize| {
        let places: Vec<String> = (1..=20).map(|column| format!("?{}", row * 20 + column)).collect();
        format!("({})", places.join(", "))
    };
    let tuples: Vec<String> = (0..rows).map(tuple).collect();
    format!("INSERT INTO audit ({COLUMNS}) VALUES {}", tuples.join(", "))
}

fn values<'a>(row: &'a AuditRow<'_>) -> [Value<'a>; 20] {
    [
        row.seq.into(),
        row.at.into(),
        (&*row.operation).into(),
        (&*row.actor_kind).into(),
        row.actor_id.into(),
        (&*row.actor).into(),
        (&*row.door).into(),
        (&*row.address).into(),
        (&*row.request).into(),
        row.session.into(),
        (&*row.subject_kind).into(),
        row.subject_id.into(),
        (&*row.subject).into(),
        (&*row.outcome).into(),
        (&*row.reason).into(),
        (&*row.message).into(),
        row.digest.as_deref().into(),
        (&row.hash[..]).into(),
        row.mac_version.into(),
        (&row.mac[..]).into(),
    ]
}

/// Rows after number `after`, oldest first.
pub async fn after(snapshot: &Snapshot, after: i64, most: u16) -> Result<Vec<AuditRow<'static>>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM audit WHERE ?1 < seq ORDER BY seq LIMIT ?2");
    snapshot.rows(&sql, args![after, i64::from(most)], read).await
}

fn read(row: &Row<'_>) -> Result<AuditRow<'static>, StoreError> {
    let text = |index| row.get::<String>(index).map(Cow::Owned);
    Ok(AuditRow {
        seq: row.get(0)?,
        at: row.time(1)?,
        operation: text(2)?,
        actor_kind: text(3)?,
        actor_id: row.get(4)?,
        actor: text(5)?,
        door: text(6)?,
        address: text(7)?,
        request: text(8)?,
        session: row.get(9)?,
        subject_kind: text(10)?,
        subject_id: row.get(11)?,
        subject: text(12)?,
        outcome: text(13)?,
        reason: text(14)?,
        message: text(15)?,
        digest: row.get(16)?,
        hash: row.get(17)?,
        mac_version: row.number(18, "audit.mac_version")?,
        mac: row.get(19)?,
    })
}

/// The digest of the newest secret that was written for `subject`.
pub async fn newest_digest(snapshot: &Snapshot, subject: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
    let sql =
        "SELECT digest FROM audit WHERE subject_id = ?1 AND digest IS NOT NULL ORDER BY seq DESC LIMIT 1";
    snapshot.row(sql, args![subject], |row| row.get(0)).await
}

/// Tells whether a secret with this digest was ever written for `subject`.
pub async fn knows_digest(snapshot: &Snapshot, subject: Uuid, digest: &[u8; 32]) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM audit WHERE subject_id = ?1 AND digest = ?2";
    let count: Option<i64> = snapshot
        .row(sql, args![subject, digest], |row| row.get(0))
        .await?;
    Ok(count.is_some_and(|count| 0 < count))
}

pub async fn list(
    snapshot: &Snapshot,
    filter: &AuditFilter,
    page: TrailPage,
) -> Result<Vec<AuditView>, StoreError> {
    let mut sql = format!("SELECT {COLUMNS} FROM audit WHERE seq < ?1");
    let mut args = vec![Value::from(page.before.unwrap_or(i64::MAX))];
    for (condition, value) in conditions(filter) {
        args.push(value);
        sql.push_str(" AND ");
        sql.push_str(&condition.replace('?', &format!("?{}", args.len())));
    }
    args.push(Value::from(i64::from(page.size.get()) + 1));
    // Writing to a string cannot fail.
    let _ = write!(sql, " ORDER BY seq DESC LIMIT ?{}", args.len());
    snapshot.rows(&sql, &args, view).await
}

fn conditions(filter: &AuditFilter) -> Vec<(&'static str, Value<'_>)> {
    let mut conditions: Vec<(&str, Value<'_>)> = Vec::new();
    if !filter.who.is_empty() {
        conditions.push(("actor = ?", filter.who.to_lowercase().into()));
    }
    if !filter.operation.is_empty() {
        let anywhere = crate::search::pattern(&filter.operation);
        let beginning = anywhere.trim_start_matches('%').to_owned();
        conditions.push(("operation LIKE ? ESCAPE '\\'", beginning.into()));
    }
    if let Some(subject) = filter.subject {
        conditions.push(("subject_id = ?", subject.into()));
    }
    if let Some(outcome) = filter.outcome {
        conditions.push(("outcome = ?", outcome.word().into()));
    }
    if let Some(since) = filter.since {
        conditions.push(("? <= at", since.into()));
    }
    if let Some(until) = filter.until {
        conditions.push(("at < ?", until.into()));
    }
    conditions
}

/// The newest entries about a person that are of `operations`, and what was refused to them or about them.
pub async fn about_person(
    snapshot: &Snapshot,
    person: Uuid,
    operations: &[&str],
    most: u16,
) -> Result<Vec<AuditView>, StoreError> {
    let mut args = vec![Value::from(person), Value::from(i64::from(most))];
    args.extend(operations.iter().copied().map(Value::from));
    let places: Vec<String> = (3..=args.len()).map(|place| format!("?{place}")).collect();
    let sql = format!(
        "SELECT {COLUMNS} FROM audit WHERE subject_id = ?1 AND subject_kind = 'user' \
         AND (outcome = 'deny' OR (outcome <> 'start' AND operation IN ({}))) \
         UNION SELECT {COLUMNS} FROM audit WHERE actor_id = ?1 AND outcome = 'deny' ORDER BY seq DESC LIMIT ?2",
        places.join(", ")
    );
    snapshot.rows(&sql, &args, view).await
}

/// How many entries about a person are of `operation` with `outcome`, came from `address` if one is named, and were
/// made from `since` on.
pub async fn count_about(
    snapshot: &Snapshot,
    person: Uuid,
    operations: &[&str],
    outcome: Outcome,
    address: Option<&str>,
    since: Timestamp,
) -> Result<i64, StoreError> {
    let mut args = vec![person.into(), outcome.word().into(), Value::from(since)];
    let mut sql =
        "SELECT COUNT(*) FROM audit WHERE subject_id = ?1 AND subject_kind = 'user' AND outcome = ?2 \
                   AND ?3 <= at"
            .to_owned();
    let mut places = Vec::new();
    for operation in operations {
        args.push((*operation).into());
        places.push(format!("?{}", args.len()));
    }
    // Writing to a string cannot fail.
    let _ = write!(sql, " AND operation IN ({})", places.join(", "));
    if let Some(address) = address {
        args.push(address.into());
        let _ = write!(sql, " AND address = ?{}", args.len());
    }
    Ok(snapshot.row(&sql, &args, |row| row.get(0)).await?.unwrap_or(0))
}

fn view(row: &Row<'_>) -> Result<AuditView, StoreError> {
    let row = read(row)?;
    let hash = row
        .hash
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    Ok(AuditView {
        seq: row.seq,
        at: row.at,
        operation: row.operation.into_owned(),
        actor_kind: row.actor_kind.into_owned(),
        actor: row.actor.into_owned(),
        door: row.door.into_owned(),
        address: row.address.into_owned(),
        request: row.request.into_owned(),
        subject_kind: row.subject_kind.into_owned(),
        subject_id: row.subject_id,
        subject: row.subject.into_owned(),
        outcome: row.outcome.parse().map_err(|_| StoreError::UnknownValue {
            column: "audit.outcome",
        })?,
        reason: row.reason.into_owned(),
        message: row.message.into_owned(),
        hash,
    })
}
