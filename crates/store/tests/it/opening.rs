use portcullis_store::{SCHEMA_VERSION, Store, StoreError};
use portcullis_testkit::{Database, Dialect, dialect};

async fn versions(database: &Database) -> Vec<String> {
    database
        .texts("SELECT CAST(version AS TEXT) FROM schema_version ORDER BY version")
        .await
        .unwrap()
}

#[tokio::test]
async fn opening_twice_is_harmless() {
    let database = Database::create_bare().await;

    let first = Store::open(&database.url()).await.unwrap();
    let second = Store::open(&database.url()).await.unwrap();

    let all: Vec<String> = (1..=SCHEMA_VERSION).map(|version| version.to_string()).collect();
    assert_eq!(versions(&database).await, all);
    drop((first, second));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_start_at_once_migrate_once() {
    let database = Database::create_bare().await;
    let openings: Vec<_> = (0..6)
        .map(|_| {
            let url = database.url();
            tokio::spawn(async move { Store::open(&url).await.map(|_| ()) })
        })
        .collect();

    for opening in openings {
        opening.await.unwrap().unwrap();
    }

    let all: Vec<String> = (1..=SCHEMA_VERSION).map(|version| version.to_string()).collect();
    assert_eq!(versions(&database).await, all);
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let database = Database::create().await;
    drop(Store::open(&database.url()).await.unwrap());
    let newer = SCHEMA_VERSION + 1;
    database
        .run(&format!("INSERT INTO schema_version (version) VALUES ({newer})"))
        .await
        .unwrap();

    let opened = Store::open(&database.url()).await.err();

    assert!(
        matches!(opened, Some(StoreError::TooNew { found, known }) if (found, known) == (newer, SCHEMA_VERSION))
    );
    assert_eq!(versions(&database).await.last(), Some(&newer.to_string()));
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_is_named_without_its_password() {
    let url = match dialect() {
        Dialect::Sqlite => "sqlite:/nowhere/at/all/portcullis.db",
        Dialect::Postgres => "postgres://app:hunter2@127.0.0.1:1/x",
    };

    let error = Store::open(url).await.err().unwrap().to_string();

    assert!(error.starts_with("cannot open the database at"), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
}
