use std::borrow::Cow;
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgConnectOptions, PgPoolOptions};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, PgPool, Postgres};
use tokio::sync::Mutex;

use crate::StoreError;
use crate::row::{Row, Value};

/// How many connections one node holds at most.
const MOST: u32 = 24;

pub(crate) async fn open(url: &str) -> Result<PgPool, StoreError> {
    let failed = |error: sqlx::Error| StoreError::Open {
        url: without_password(url),
        error: Box::new(error),
    };
    let options: PgConnectOptions = url.parse().map_err(failed)?;
    PgPoolOptions::new()
        .max_connections(MOST)
        .acquire_timeout(Duration::from_secs(10))
        .connect_with(
            options
                .application_name("portcullis")
                .statement_cache_capacity(256),
        )
        .await
        .map_err(failed)
}

/// Tells a pool that is all in use from a database that cannot be reached: that one leaves no connection.
fn refused(pool: &PgPool, error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::PoolTimedOut if 0 < pool.size() => StoreError::Busy,
        error => error.into(),
    }
}

/// A connection address that may be shown: errors and logs must not hold the password.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, place))) => format!("{scheme}://…@{place}"),
        _ => url.to_owned(),
    }
}

/// A transaction in progress; dropped, it is rolled back.
pub(crate) struct Transaction {
    inner: Mutex<sqlx::Transaction<'static, Postgres>>,
}

impl Transaction {
    pub(crate) async fn read(pool: &PgPool) -> Result<Self, StoreError> {
        let inner = pool
            .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await
            .map_err(|error| refused(pool, error))?;
        Ok(Self {
            inner: Mutex::new(inner),
        })
    }

    pub(crate) async fn write(pool: &PgPool) -> Result<Self, StoreError> {
        let inner = pool.begin().await.map_err(|error| refused(pool, error))?;
        Ok(Self {
            inner: Mutex::new(inner),
        })
    }

    pub(crate) async fn rows<T>(
        &self,
        sql: &str,
        args: &[Value<'_>],
        read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut connection = self.inner.lock().await;
        let rows = query(sql, args).fetch_all(&mut **connection).await?;
        rows.iter().map(|row| read(&Row::Postgres(row))).collect()
    }

    pub(crate) async fn execute(&self, sql: &str, args: &[Value<'_>]) -> Result<u64, StoreError> {
        let mut connection = self.inner.lock().await;
        Ok(query(sql, args).execute(&mut **connection).await?.rows_affected())
    }

    pub(crate) async fn script(&self, sql: &'static str) -> Result<(), StoreError> {
        let mut connection = self.inner.lock().await;
        sqlx::raw_sql(sql).execute(&mut **connection).await?;
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        Ok(self.inner.into_inner().commit().await?)
    }
}

fn query<'a>(sql: &str, args: &'a [Value<'_>]) -> Query<'a, Postgres, PgArguments> {
    // The statements of this crate are constants; values travel as parameters only.
    let text: Cow<'_, str> = if sql.contains('?') {
        sql.replace('?', "$").into()
    } else {
        sql.into()
    };
    args.iter().fold(
        sqlx::query(AssertSqlSafe(text.into_owned())),
        |query, value| match value {
            Value::Bytes(bytes) => query.bind(bytes.as_deref()),
            Value::Integer(number) => query.bind(*number),
            Value::Text(text) => query.bind(text.as_deref().map(without_nul)),
            Value::Uuid(id) => query.bind(*id),
        },
    )
}

/// `PostgreSQL` keeps no NUL in a text and fails when asked for one. No stored text holds either character.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_a_database_is_not_shown() {
        assert_eq!(
            without_password("postgres://app:p%40ss@db/x"),
            "postgres://…@db/x"
        );
    }
}
