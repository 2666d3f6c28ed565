//! The database of one test.

mod postgres;

use std::env;

use tempfile::TempDir;
use uuid::Uuid;

/// Which database the tests of this run use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Dialect {
    Postgres,
    Sqlite,
}

/// What `PORTCULLIS_TEST_DATABASE` asks for; `SQLite` if it says nothing.
pub fn dialect() -> Dialect {
    match env::var("PORTCULLIS_TEST_DATABASE").as_deref() {
        Ok("postgres") => Dialect::Postgres,
        Ok("sqlite" | "") | Err(_) => Dialect::Sqlite,
        Ok(other) => panic!("PORTCULLIS_TEST_DATABASE is `{other}`; it can be `sqlite` or `postgres`"),
    }
}

/// An empty database that is gone when this is dropped.
pub struct Database(Place);

enum Place {
    Postgres(postgres::Database),
    Sqlite(TempDir),
}

impl Database {
    /// One whose schema may or may not be there yet: quick to make.
    pub async fn create() -> Self {
        match dialect() {
            Dialect::Postgres => Self(Place::Postgres(postgres::Database::create().await)),
            Dialect::Sqlite => Self::sqlite_file(),
        }
    }

    /// One without any table.
    pub async fn create_bare() -> Self {
        match dialect() {
            Dialect::Postgres => Self(Place::Postgres(postgres::Database::create_bare().await)),
            Dialect::Sqlite => Self::sqlite_file(),
        }
    }

    fn sqlite_file() -> Self {
        Self(Place::Sqlite(
            tempfile::tempdir().expect("there is room for a database"),
        ))
    }

    /// What `Store::open` takes.
    pub fn url(&self) -> String {
        match &self.0 {
            Place::Postgres(database) => database.url(),
            Place::Sqlite(folder) => format!("sqlite:{}", folder.path().join("portcullis.db").display()),
        }
    }

    /// Runs a script on a connection of its own.
    pub async fn run(&self, script: &str) -> anyhow::Result<()> {
        match &self.0 {
            Place::Postgres(database) => database.run(script).await,
            Place::Sqlite(_) => Ok(self.sqlite()?.execute_batch(script)?),
        }
    }

    /// The first column of a query's answer, which must be text.
    pub async fn texts(&self, query: &str) -> anyhow::Result<Vec<String>> {
        match &self.0 {
            Place::Postgres(database) => database.texts(query).await,
            Place::Sqlite(_) => {
                let connection = self.sqlite()?;
                let mut statement = connection.prepare(query)?;
                let rows = statement.query_map([], |row| row.get(0))?;
                Ok(rows.collect::<Result<_, _>>()?)
            }
        }
    }

    fn sqlite(&self) -> anyhow::Result<rusqlite::Connection> {
        let url = self.url();
        let path = url.strip_prefix("sqlite:").expect("only called for SQLite");
        let connection = rusqlite::Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        Ok(connection)
    }
}

/// An id as a literal of the dialect.
pub(crate) fn id_literal(id: Uuid) -> String {
    match dialect() {
        Dialect::Postgres => format!("'{id}'::uuid"),
        Dialect::Sqlite => format!("x'{}'", id.simple()),
    }
}

/// Bytes as a literal of the dialect.
pub(crate) fn bytes_literal(bytes: &[u8]) -> String {
    let hex = data_encoding::HEXLOWER.encode(bytes);
    match dialect() {
        Dialect::Postgres => format!("'\\x{hex}'::bytea"),
        Dialect::Sqlite => format!("x'{hex}'"),
    }
}
