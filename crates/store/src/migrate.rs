use crate::connection::Dialect;
use crate::row::args;
use crate::{Store, StoreError};

struct Migration {
    version: i64,
    postgres: &'static str,
    sqlite: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        postgres: include_str!("../migrations/0001_start/postgres.sql"),
        sqlite: include_str!("../migrations/0001_start/sqlite.sql"),
    },
    Migration {
        version: 2,
        postgres: include_str!("../migrations/0002_second_factors/postgres.sql"),
        sqlite: include_str!("../migrations/0002_second_factors/sqlite.sql"),
    },
    Migration {
        version: 3,
        postgres: include_str!("../migrations/0003_browsers/postgres.sql"),
        sqlite: include_str!("../migrations/0003_browsers/sqlite.sql"),
    },
    Migration {
        version: 4,
        postgres: include_str!("../migrations/0004_sign_in_page_and_activity/postgres.sql"),
        sqlite: include_str!("../migrations/0004_sign_in_page_and_activity/sqlite.sql"),
    },
    Migration {
        version: 5,
        postgres: include_str!("../migrations/0005_recovery/postgres.sql"),
        sqlite: include_str!("../migrations/0005_recovery/sqlite.sql"),
    },
    Migration {
        version: 6,
        postgres: include_str!("../migrations/0006_calls/postgres.sql"),
        sqlite: include_str!("../migrations/0006_calls/sqlite.sql"),
    },
    Migration {
        version: 7,
        postgres: include_str!("../migrations/0007_call_costs/postgres.sql"),
        sqlite: include_str!("../migrations/0007_call_costs/sqlite.sql"),
    },
    Migration {
        version: 8,
        postgres: include_str!("../migrations/0008_prompts/postgres.sql"),
        sqlite: include_str!("../migrations/0008_prompts/sqlite.sql"),
    },
];

/// The newest schema that this build knows.
pub const SCHEMA_VERSION: i64 = 8;

/// Brings the schema up to date. Nodes that start together wait for the first one.
pub(crate) async fn run(store: &Store) -> Result<(), StoreError> {
    let found = current(store).await?;
    if SCHEMA_VERSION < found {
        return Err(StoreError::TooNew {
            found,
            known: SCHEMA_VERSION,
        });
    }
    for migration in MIGRATIONS.iter().filter(|migration| found < migration.version) {
        apply(store, migration).await?;
    }
    Ok(())
}

async fn current(store: &Store) -> Result<i64, StoreError> {
    let tx = store.begin_write().await?;
    if tx.dialect() == Dialect::Postgres {
        tx.script("SELECT pg_advisory_xact_lock(7272001)").await?;
    }
    tx.script("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY)")
        .await?;
    let found = tx
        .row(
            "SELECT COALESCE(MAX(version), 0) FROM schema_version",
            &[],
            |row| row.get(0),
        )
        .await?
        .unwrap_or(0);
    tx.commit().await?;
    Ok(found)
}

async fn apply(store: &Store, migration: &Migration) -> Result<(), StoreError> {
    let tx = store.begin_write().await?;
    if tx.dialect() == Dialect::Postgres {
        tx.script("SELECT pg_advisory_xact_lock(7272001)").await?;
    }
    let done = tx
        .row(
            "SELECT version FROM schema_version WHERE version = ?1",
            args![migration.version],
            |row| row.get::<i64>(0),
        )
        .await?;
    if done.is_some() {
        return Ok(());
    }
    tx.script(match tx.dialect() {
        Dialect::Postgres => migration.postgres,
        Dialect::Sqlite => migration.sqlite,
    })
    .await?;
    tx.execute(
        "INSERT INTO schema_version (version) VALUES (?1)",
        args![migration.version],
    )
    .await?;
    tx.commit().await
}
