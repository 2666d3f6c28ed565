use std::ops::Deref;
use std::path::Path;

use crate::row::{Row, Value};
use crate::{StoreError, migrate, postgres, sqlite};

/// An open database.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
}

#[derive(Clone)]
enum Backend {
    Postgres(sqlx::PgPool),
    Sqlite(sqlite::Pool),
}

impl Store {
    /// Opens `sqlite:PATH` or `postgres://…` and brings its schema up to date.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let backend = match url.strip_prefix("sqlite:") {
            Some(path) => Backend::Sqlite(sqlite::Pool::open(Path::new(path))?),
            None => Backend::Postgres(postgres::open(url).await?),
        };
        let store = Self { backend };
        migrate::run(&store).await?;
        Ok(store)
    }

    /// The same database for a thread that may wait: on `SQLite` its transactions begin and end on that thread,
    /// which saves two hand-overs each. Never for a thread that other tasks share.
    #[must_use]
    pub fn on_own_thread(&self) -> Self {
        let backend = match &self.backend {
            Backend::Postgres(pool) => Backend::Postgres(pool.clone()),
            Backend::Sqlite(pool) => Backend::Sqlite(pool.on_own_thread()),
        };
        Self { backend }
    }

    /// Begins a read-only transaction on one consistent state of the database.
    pub async fn begin_read(&self) -> Result<Snapshot, StoreError> {
        let connection = match &self.backend {
            Backend::Postgres(pool) => Connection::Postgres(postgres::Transaction::read(pool).await?),
            Backend::Sqlite(pool) => Connection::Sqlite(pool.read().await?),
        };
        Ok(Snapshot { connection })
    }

    /// Begins a transaction that may write. On `SQLite` there is one at a time.
    pub async fn begin_write(&self) -> Result<Tx, StoreError> {
        let connection = match &self.backend {
            Backend::Postgres(pool) => Connection::Postgres(postgres::Transaction::write(pool).await?),
            Backend::Sqlite(pool) => Connection::Sqlite(pool.write().await?),
        };
        Ok(Tx(Snapshot { connection }))
    }
}

enum Connection {
    Postgres(postgres::Transaction),
    Sqlite(sqlite::Transaction),
}

/// One consistent state of the database, for reading.
pub struct Snapshot {
    connection: Connection,
}

impl Snapshot {
    /// Runs a query. Parameters are written `?1`, `?2` … in both dialects.
    pub(crate) async fn rows<T: Send>(
        &self,
        sql: &str,
        args: &[Value<'_>],
        read: impl Fn(&Row<'_>) -> Result<T, StoreError> + Send + Sync,
    ) -> Result<Vec<T>, StoreError> {
        match &self.connection {
            Connection::Postgres(transaction) => transaction.rows(sql, args, read).await,
            Connection::Sqlite(transaction) => transaction.rows(sql, args, read),
        }
    }

    /// Runs a query that answers with one row or none.
    pub(crate) async fn row<T: Send>(
        &self,
        sql: &str,
        args: &[Value<'_>],
        read: impl Fn(&Row<'_>) -> Result<T, StoreError> + Send + Sync,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(sql, args, read).await?.pop())
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self.connection {
            Connection::Postgres(_) => Dialect::Postgres,
            Connection::Sqlite(_) => Dialect::Sqlite,
        }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Dialect {
    Postgres,
    Sqlite,
}

impl Dialect {
    /// Keeps a row from being held or changed by others until the transaction ends.
    pub(crate) fn update_lock(self) -> &'static str {
        match self {
            Self::Postgres => " FOR UPDATE",
            Self::Sqlite => "",
        }
    }

    /// Keeps a row from changing until the transaction ends. `SQLite` has one writer, so nothing is needed there.
    pub(crate) fn share_lock(self) -> &'static str {
        match self {
            Self::Postgres => " FOR SHARE",
            Self::Sqlite => "",
        }
    }
}

/// A unit of work. Dropping it undoes everything.
pub struct Tx(Snapshot);

impl Deref for Tx {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        &self.0
    }
}

impl Tx {
    /// Makes the work durable.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.0.connection {
            Connection::Postgres(transaction) => transaction.commit().await,
            Connection::Sqlite(transaction) => transaction.commit().await,
        }
    }

    /// Runs a statement and tells how many rows it changed.
    pub(crate) async fn execute(&self, sql: &str, args: &[Value<'_>]) -> Result<u64, StoreError> {
        match &self.0.connection {
            Connection::Postgres(transaction) => transaction.execute(sql, args).await,
            Connection::Sqlite(transaction) => transaction.execute(sql, args),
        }
    }

    /// Runs a script of statements without parameters.
    pub(crate) async fn script(&self, sql: &'static str) -> Result<(), StoreError> {
        match &self.0.connection {
            Connection::Postgres(transaction) => transaction.script(sql).await,
            Connection::Sqlite(transaction) => transaction.script(sql),
        }
    }
}
