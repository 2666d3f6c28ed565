use std::env;
use std::sync::atomic::{AtomicU32, Ordering};

use portcullis_store::{SCHEMA_VERSION, Store};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::OnceCell;

/// The name of the migrated database that the others of this process are copies of.
static TEMPLATE: OnceCell<String> = OnceCell::const_new();

static CREATED: AtomicU32 = AtomicU32::new(0);

/// Keeps two processes from making the same template.
const TEMPLATE_LOCK: i64 = 7_272_900;

/// A database of its own on the server of this run.
pub(crate) struct Database {
    name: String,
}

impl Database {
    pub(crate) async fn create() -> Self {
        let template = TEMPLATE.get_or_init(make_template).await;
        Self::copy_of(template).await
    }

    pub(crate) async fn create_bare() -> Self {
        Self::copy_of("template1").await
    }

    async fn copy_of(template: &str) -> Self {
        let number = CREATED.fetch_add(1, Ordering::SeqCst);
        let name = format!("portcullis_test_{}_{number}", std::process::id());
        let mut server = connect(&server_url())
            .await
            .expect("the PostgreSQL of this run answers");
        // A process of the same number may have been here before.
        for statement in [
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            format!("CREATE DATABASE {name} TEMPLATE {template}"),
        ] {
            run(&mut server, &statement)
                .await
                .expect("the superuser may create databases");
        }
        Self { name }
    }

    pub(crate) fn url(&self) -> String {
        url_of(&self.name)
    }

    pub(crate) async fn run(&self, script: &str) -> anyhow::Result<()> {
        run(&mut connect(&self.url()).await?, script).await
    }

    pub(crate) async fn texts(&self, query: &str) -> anyhow::Result<Vec<String>> {
        let mut connection = connect(&self.url()).await?;
        Ok(sqlx::query_scalar(AssertSqlSafe(query.to_owned()))
            .fetch_all(&mut connection)
            .await?)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // The runtime of the test may be ending, so this brings its own.
        let dropped = std::thread::spawn(move || -> anyhow::Result<()> {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async { run(&mut connect(&server_url()).await?, &statement).await })
        });
        // The whole server is thrown away after the run, so nothing is lost when this fails.
        let _ = dropped.join();
    }
}

async fn make_template() -> String {
    let name = format!("portcullis_template_{SCHEMA_VERSION}_{}", std::process::id());
    let mut server = connect(&server_url())
        .await
        .expect("the PostgreSQL of this run answers");
    run(&mut server, &format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})"))
        .await
        .expect("a lock can be taken");
    for statement in [
        format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        format!("CREATE DATABASE {name} TEMPLATE template1"),
    ] {
        run(&mut server, &statement)
            .await
            .expect("the superuser may create databases");
    }
    drop(Store::open(&url_of(&name)).await.expect("the migrations apply"));
    // Only a database that nobody is connected to can be copied.
    let statement =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    run(&mut server, &statement)
        .await
        .expect("the superuser may end connections");
    name
}

/// The address of the superuser on the server of this run.
fn server_url() -> String {
    env::var("PORTCULLIS_TEST_POSTGRES").expect(
        "PORTCULLIS_TEST_DATABASE is `postgres`, so PORTCULLIS_TEST_POSTGRES must be the address of a \
         PostgreSQL superuser; `cargo xtask peers` starts a server and sets both",
    )
}

/// The server's address with another database at its end.
fn url_of(database: &str) -> String {
    let server = server_url();
    let (base, _) = server.rsplit_once('/').expect("the address ends with a database");
    format!("{base}/{database}")
}

async fn connect(url: &str) -> anyhow::Result<PgConnection> {
    Ok(PgConnection::connect(url).await?)
}

async fn run(connection: &mut PgConnection, script: &str) -> anyhow::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(script.to_owned()))
        .execute(connection)
        .await?;
    Ok(())
}
