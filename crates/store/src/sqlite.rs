use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::StoreError;
use crate::row::{Row, Value};

/// How long a connection waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait before asking again where `SQLite` itself does not wait.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

const READERS: usize = 8;

/// How much of the file is read through the memory of the operating system, in bytes.
const MAPPED: i64 = 1 << 30;

/// The connections to one `SQLite` file: one that writes, several that read.
#[derive(Clone)]
pub(crate) struct Pool {
    readers: Lane,
    writer: Lane,
    wait: Wait,
}

/// Where a transaction waits for the disk and for other processes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Wait {
    /// On a thread for blocking work, so that other tasks go on.
    Aside,
    /// On the thread that asks.
    Here,
}

impl Pool {
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |error: rusqlite::Error| StoreError::Open {
            url: format!("sqlite:{}", path.display()),
            error: Box::new(error),
        };
        let connect = |flags| -> Result<Connection, rusqlite::Error> {
            let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
            connection.busy_timeout(BUSY_TIMEOUT)?;
            connection.set_prepared_statement_cache_capacity(128);
            connection.pragma_update(None, "cache_size", -16_384)?;
            Ok(connection)
        };
        let writer =
            connect(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE).map_err(failed)?;
        let durable = |connection: &Connection| {
            use_write_ahead_log(connection)?;
            connection.pragma_update(None, "synchronous", "full")?;
            connection.pragma_update(None, "foreign_keys", true)?;
            // Freed pages must not keep what was deleted.
            connection.pragma_update(None, "secure_delete", true)
        };
        durable(&writer).map_err(failed)?;
        let mut readers = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            let reader = connect(OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
            reader.pragma_update(None, "query_only", true).map_err(failed)?;
            // Every commit empties the page cache of every reader; mapped pages cost no copy to read again.
            reader.pragma_update(None, "mmap_size", MAPPED).map_err(failed)?;
            readers.push(reader);
        }
        Ok(Self {
            readers: Lane::new(readers),
            writer: Lane::new(vec![writer]),
            wait: Wait::Aside,
        })
    }

    pub(crate) fn on_own_thread(&self) -> Self {
        Self {
            wait: Wait::Here,
            ..self.clone()
        }
    }

    pub(crate) async fn read(&self) -> Result<Transaction, StoreError> {
        self.readers.take().await.begin("BEGIN", self.wait)
    }

    pub(crate) async fn write(&self) -> Result<Transaction, StoreError> {
        let idle = self.writer.take().await;
        // A transaction that reads first and writes later could fail at once with SQLITE_BUSY.
        match self.wait {
            Wait::Here => idle.begin("BEGIN IMMEDIATE", Wait::Here),
            // Another process may hold the lock for a while.
            Wait::Aside => tokio::task::spawn_blocking(|| idle.begin("BEGIN IMMEDIATE", Wait::Aside))
                .await
                .map_err(|_| StoreError::Task)?,
        }
    }
}

/// Turns the write-ahead log on, which `SQLite` refuses at once, whatever its busy timeout, while another process does
/// the same.
fn use_write_ahead_log(connection: &Connection) -> Result<(), rusqlite::Error> {
    let mut waited = Duration::ZERO;
    loop {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && waited < BUSY_TIMEOUT =>
            {
                std::thread::sleep(BUSY_PAUSE);
                waited += BUSY_PAUSE;
            }
            done => return done,
        }
    }
}

/// Connections of one kind, lent one at a time.
#[derive(Clone)]
struct Lane {
    idle: Arc<Mutex<Vec<Connection>>>,
    places: Arc<Semaphore>,
}

impl Lane {
    fn new(connections: Vec<Connection>) -> Self {
        let places = Arc::new(Semaphore::new(connections.len()));
        Self {
            idle: Arc::new(Mutex::new(connections)),
            places,
        }
    }

    async fn take(&self) -> Lent {
        let place = Arc::clone(&self.places)
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        let connection = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Lent {
            connection,
            idle: Arc::clone(&self.idle),
            _place: place,
        }
    }
}

/// A connection that goes back to its lane when dropped.
struct Lent {
    connection: Option<Connection>,
    idle: Arc<Mutex<Vec<Connection>>>,
    // Declared last: the place is free only after the connection is back.
    _place: OwnedSemaphorePermit,
}

impl Lent {
    fn begin(self, statement: &str, wait: Wait) -> Result<Transaction, StoreError> {
        self.connection().prepare_cached(statement)?.execute([])?;
        Ok(Transaction {
            lent: Mutex::new(self),
            wait,
        })
    }

    fn connection(&self) -> &Connection {
        self.connection
            .as_ref()
            .expect("a place is handed out only with a connection")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        if !connection.is_autocommit() {
            // Nothing can be done about a failure here; SQLite rolls back by itself on the next BEGIN's error.
            let _ = connection
                .prepare_cached("ROLLBACK")
                .and_then(|mut statement| statement.execute([]));
        }
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(connection);
    }
}

/// A transaction in progress; dropped, it is rolled back.
pub(crate) struct Transaction {
    // The lock is never contended: it makes `&Transaction` sendable across an await.
    lent: Mutex<Lent>,
    wait: Wait,
}

impl Transaction {
    fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let lent = self.lent.lock().unwrap_or_else(PoisonError::into_inner);
        work(lent.connection())
    }

    pub(crate) fn rows<T>(
        &self,
        sql: &str,
        args: &[Value<'_>],
        read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query(rusqlite::params_from_iter(args))?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(read(&Row::Sqlite(row))?);
            }
            Ok(found)
        })
    }

    pub(crate) fn execute(&self, sql: &str, args: &[Value<'_>]) -> Result<u64, StoreError> {
        self.with(|connection| {
            let changed = connection
                .prepare_cached(sql)?
                .execute(rusqlite::params_from_iter(args))?;
            Ok(changed as u64)
        })
    }

    pub(crate) fn script(&self, sql: &str) -> Result<(), StoreError> {
        self.with(|connection| Ok(connection.execute_batch(sql)?))
    }

    /// Waits until the work is on disk.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self.wait {
            Wait::Here => self.commit_here(),
            Wait::Aside => tokio::task::spawn_blocking(move || self.commit_here())
                .await
                .map_err(|_| StoreError::Task)?,
        }
    }

    fn commit_here(self) -> Result<(), StoreError> {
        self.with(|connection| {
            connection.prepare_cached("COMMIT")?.execute([])?;
            Ok(())
        })
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Bytes(Some(bytes)) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Integer(Some(number)) => ToSqlOutput::Borrowed(ValueRef::Integer(*number)),
            Self::Text(Some(text)) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Uuid(Some(id)) => ToSqlOutput::Borrowed(ValueRef::Blob(id.as_bytes())),
            Self::Bytes(None) | Self::Integer(None) | Self::Text(None) | Self::Uuid(None) => {
                ToSqlOutput::Borrowed(ValueRef::Null)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pragmas(transaction: &Transaction) -> [String; 5] {
        let names = [
            "journal_mode",
            "synchronous",
            "foreign_keys",
            "secure_delete",
            "query_only",
        ];
        names.map(|name| {
            let read = |connection: &Connection| {
                let value = connection
                    .pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))?;
                Ok(match value {
                    rusqlite::types::Value::Integer(number) => number.to_string(),
                    rusqlite::types::Value::Text(text) => text,
                    other => format!("{other:?}"),
                })
            };
            transaction.with(read).unwrap()
        })
    }

    #[tokio::test]
    async fn what_is_written_is_on_disk_and_what_is_deleted_is_wiped() {
        let folder = tempfile::tempdir().unwrap();
        let pool = Pool::open(&folder.path().join("test.db")).unwrap();

        let writer = pragmas(&pool.write().await.unwrap());
        let reader = pragmas(&pool.read().await.unwrap());

        assert_eq!(writer, ["wal", "2", "1", "1", "0"]);
        assert_eq!(reader[4], "1", "whoever reads cannot write");
    }
}
