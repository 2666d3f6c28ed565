use portcullis_model::{CallOutcome, FewCalls, RecentCalls, Timestamp, begun_minutes};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use std::time::Duration;
use uuid::Uuid;

use super::{Store, StoreError};

/// A call, and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct CallRow {
    pub id: Uuid,
    pub request: [u8; 32],
    pub person: Uuid,
    pub number_digest: [u8; 32],
    pub masked: String,
    /// Absent while nobody knows.
    pub outcome: Option<CallOutcome>,
    pub trunk: String,
    pub seconds: u32,
    pub made_at: Timestamp,
    /// As two letters of ISO 3166; empty where nobody is known to call.
    pub country: String,
    /// Those that began; until it is closed, those that may.
    pub minutes: u32,
    /// In the smallest unit of the currency; until it is closed, what it may cost at most.
    pub cost: u64,
    /// Empty where money was not counted.
    pub currency: String,
}

/// What a call took in the end.
pub(crate) struct Spent<'a> {
    pub trunk: &'a str,
    pub connected: Duration,
    pub country: &'a str,
    pub cost: u64,
}

const COLUMNS: &str = "id, request, person, number_digest, masked, outcome, trunk, seconds, made_at, country, minutes, \
                       cost, currency";

/// Over which money and minutes are counted.
const DAY: Duration = Duration::from_hours(24);

/// How long a yes can be taken.
const GRANT: Duration = Duration::from_mins(1);
/// No call lasts longer.
const LONGEST: Duration = Duration::from_mins(3);
/// How long calls in a row that came to nothing keep the next one away.
const PAUSE: Duration = Duration::from_mins(30);

fn read(row: &Row<'_>) -> rusqlite::Result<CallRow> {
    let outcome: String = row.get(5)?;
    Ok(CallRow {
        id: row.get(0)?,
        request: row.get(1)?,
        person: row.get(2)?,
        number_digest: row.get(3)?,
        masked: row.get(4)?,
        // A word that nobody knows is no yes.
        outcome: (!outcome.is_empty()).then(|| outcome.parse().unwrap_or(CallOutcome::Lost)),
        trunk: row.get(6)?,
        seconds: row.get(7)?,
        made_at: Timestamp::from_micros(row.get(8)?),
        country: row.get(9)?,
        minutes: row.get(10)?,
        cost: u64::try_from(row.get::<_, i64>(11)?).unwrap_or(0),
        currency: row.get(12)?,
    })
}

impl Store {
    /// Puts a call that may reach `countries` on record before anybody is called, unless `admit` refuses it: then that is
    /// on record. Answers the call that lies there, and whether it is this one.
    pub(crate) fn begin_call(
        &self,
        mut call: CallRow,
        countries: &[String],
        admit: impl FnOnce(&RecentCalls) -> Result<(), CallOutcome>,
    ) -> Result<(CallRow, bool), StoreError> {
        self.write(|tx| {
            let sql = format!("SELECT {COLUMNS} FROM calls WHERE id = ?1");
            if let Some(known) = tx.query_row(&sql, params![call.id], read).optional()? {
                return Ok((known, false));
            }
            if call.outcome.is_none() {
                call.outcome = admit(&recent(tx, &call, countries)?).err();
            }
            if call.outcome.is_some() {
                (call.minutes, call.cost) = (0, 0);
            }
            tx.execute(
                &format!(
                    "INSERT INTO calls ({COLUMNS}, decided_at, placed)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,
                             CASE ?6 WHEN '' THEN NULL ELSE ?9 END, ?6 = '')"
                ),
                params![
                    call.id,
                    call.request,
                    call.person,
                    call.number_digest,
                    call.masked,
                    call.outcome.map_or("", CallOutcome::word),
                    call.trunk,
                    call.seconds,
                    call.made_at.micros(),
                    call.country,
                    call.minutes,
                    column(call.cost),
                    call.currency,
                ],
            )?;
            Ok((call, true))
        })
    }

    pub(crate) fn call(&self, id: Uuid) -> Result<Option<CallRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM calls WHERE id = ?1");
        Ok(self.connection().query_row(&sql, params![id], read).optional()?)
    }

    /// Says, once, how a call ended. Answers `false` if that was known before.
    pub(crate) fn decide_call(
        &self,
        id: Uuid,
        outcome: CallOutcome,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(|tx| {
            let decided = tx.execute(
                "UPDATE calls SET outcome = ?2, decided_at = ?3 WHERE id = ?1 AND outcome = ''",
                params![id, outcome.word(), now.micros()],
            )?;
            Ok(decided == 1)
        })
    }

    pub(crate) fn close_call(&self, id: Uuid, spent: &Spent<'_>) -> Result<(), StoreError> {
        let seconds = u32::try_from(spent.connected.as_secs()).unwrap_or(u32::MAX);
        let minutes = begun_minutes(spent.connected);
        self.write(|tx| {
            tx.execute(
                "UPDATE calls SET trunk = ?2, seconds = ?3, country = ?4, minutes = ?5, cost = ?6 WHERE id = ?1",
                params![id, spent.trunk, seconds, spent.country, minutes, column(spent.cost)],
            )?;
            Ok(())
        })
    }

    /// What the calls of a day cost in this currency; those under way count at their most.
    pub(crate) fn spent(&self, currency: &str, now: Timestamp) -> Result<u64, StoreError> {
        spent(&self.connection(), currency, now)
    }

    /// Takes the yes of a call: true once, within a minute.
    pub(crate) fn take_grant(&self, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
        self.write(|tx| {
            let taken = tx.execute(
                "UPDATE calls SET taken_at = ?2
                 WHERE id = ?1 AND outcome = 'granted' AND taken_at IS NULL AND ?3 < decided_at",
                params![id, now.micros(), (now - GRANT).micros()],
            )?;
            Ok(taken == 1)
        })
    }

    /// The latest calls, the newest first.
    pub(crate) fn calls(&self, most: u32) -> Result<Vec<CallRow>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare(&format!(
            "SELECT {COLUMNS} FROM calls ORDER BY made_at DESC LIMIT ?1"
        ))?;
        Ok(statement
            .query_map(params![most], read)?
            .collect::<Result<_, _>>()?)
    }

    /// What a process that was killed left open can grant nothing any more.
    pub(crate) fn lose_open_calls(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.write(|tx| {
            Ok(tx.execute(
                "UPDATE calls SET outcome = 'lost', decided_at = ?1 WHERE outcome = ''",
                params![now.micros()],
            )?)
        })
    }

    pub(crate) fn forget_calls(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.write(|tx| Ok(tx.execute("DELETE FROM calls WHERE made_at < ?1", params![before.micros()])?))
    }
}

fn spent(connection: &Connection, currency: &str, now: Timestamp) -> Result<u64, StoreError> {
    let spent: i64 = connection.query_row(
        "SELECT coalesce(sum(cost), 0) FROM calls WHERE currency = ?1 AND ?2 <= made_at",
        params![currency, (now - DAY).micros()],
        |row| row.get(0),
    )?;
    Ok(u64::try_from(spent).unwrap_or(0))
}

/// An amount as a column holds it.
fn column(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}

fn recent(tx: &Transaction<'_>, call: &CallRow, countries: &[String]) -> Result<RecentCalls, StoreError> {
    let now = call.made_at;
    let count = |sql: &str, parameters: &[&dyn rusqlite::ToSql]| -> Result<u32, StoreError> {
        let count: i64 = tx.query_row(
            &format!("SELECT count(*) FROM calls WHERE placed AND {sql}"),
            parameters,
            |row| row.get(0),
        )?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    };
    let (minute, ten, day, open) = (
        (now - Duration::from_mins(1)).micros(),
        (now - Duration::from_mins(10)).micros(),
        (now - DAY).micros(),
        (now - LONGEST).micros(),
    );
    let few = |column: &str, value: &dyn rusqlite::ToSql| -> Result<FewCalls, StoreError> {
        let since = format!("{column} = ?1 AND ?2 <= made_at");
        let is_open = count(&format!("{since} AND outcome = ''"), &[value, &open])?;
        Ok(FewCalls {
            is_calling: 0 < is_open,
            in_ten_minutes: count(&since, &[value, &ten])?,
            in_a_day: count(&since, &[value, &day])?,
        })
    };
    let mut statement = tx.prepare(
        "SELECT outcome FROM calls WHERE placed AND person = ?1 AND ?2 <= made_at ORDER BY made_at DESC",
    )?;
    let outcomes = statement
        .query_map(params![call.person, (now - PAUSE).micros()], |row| {
            row.get::<_, String>(0)
        })?
        .collect::<Result<Vec<_>, _>>()?;
    let failures = outcomes
        .iter()
        .filter_map(|word| word.parse::<CallOutcome>().ok())
        .take_while(|outcome| *outcome != CallOutcome::Granted)
        .filter(|outcome| outcome.is_failure())
        .count();
    let (mut placed, mut minutes) = (0, 0);
    for country in countries {
        placed = placed.max(count("country = ?1 AND ?2 <= made_at", &[country, &day])?);
        minutes = minutes.max(tx.query_row(
            "SELECT coalesce(sum(minutes), 0) FROM calls WHERE country = ?1 AND ?2 <= made_at",
            params![country, day],
            |row| row.get(0),
        )?);
    }
    Ok(RecentCalls {
        person: few("person", &call.person)?,
        number: few("number_digest", &call.number_digest)?,
        in_a_minute: count("?1 <= made_at", &[&minute])?,
        in_a_day: count("?1 <= made_at", &[&day])?,
        at_once: count("outcome = '' AND ?1 <= made_at", &[&open])?,
        to_the_country_in_a_day: placed,
        minutes_to_the_country_in_a_day: minutes,
        spent_in_a_day: spent(tx, &call.currency, now)?,
        cost: call.cost,
        failures_in_a_row: u32::try_from(failures).unwrap_or(u32::MAX),
    })
}
