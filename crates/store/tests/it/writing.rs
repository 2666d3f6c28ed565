use portcullis_model::{Sealed, VersionId};
use portcullis_store::versions::{self, Version};
use portcullis_store::{StoreError, users};
use uuid::Uuid;

use crate::shelf::{NOW, Shelf, user};

#[tokio::test]
async fn a_dropped_transaction_undoes_everything() {
    let shelf = Shelf::new().await;
    let tx = shelf.write().await;
    users::insert(&tx, &user(1, "alice")).await.unwrap();
    assert!(users::find_by_username(&tx, "alice").await.unwrap().is_some());

    drop(tx);

    let tx = shelf.write().await;
    assert!(users::find_by_username(&tx, "alice").await.unwrap().is_none());
    users::insert(&tx, &user(1, "alice")).await.unwrap();
    tx.commit().await.unwrap();
    let snapshot = shelf.store.begin_read().await.unwrap();
    assert!(
        users::find_by_username(&snapshot, "alice")
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn a_value_that_must_be_unique_and_is_not_is_a_conflict() {
    let shelf = Shelf::new().await;
    let owner = shelf.person(1).await;
    let resource = shelf.resource(100, owner, "host").await;
    let account = shelf.account(1000, resource, owner, "root").await;
    let version = |id: u128| Version {
        id: VersionId(Uuid::from_u128(id)),
        account,
        number: 1,
        password: Sealed {
            kek_version: 1,
            wrapped_key: vec![1],
            ciphertext: vec![2],
        },
        origin: portcullis_model::Origin::Typed,
        violations: String::new(),
        created_at: NOW,
        created_by: "test".to_owned(),
    };
    let tx = shelf.write().await;
    versions::insert(&tx, &version(1)).await.unwrap();
    tx.commit().await.unwrap();

    let tx = shelf.write().await;
    let same_name = users::insert(&tx, &user(2, "user-1")).await;
    drop(tx);
    let tx = shelf.write().await;
    let same_id = users::insert(&tx, &user(1, "other")).await;
    drop(tx);
    let tx = shelf.write().await;
    let same_number = versions::insert(&tx, &version(2)).await;
    drop(tx);

    for result in [same_name, same_id, same_number] {
        assert!(matches!(result, Err(StoreError::Conflict)), "{result:?}");
    }
}

#[tokio::test]
async fn a_snapshot_does_not_see_what_is_written_later() {
    let shelf = Shelf::new().await;
    shelf.person(1).await;
    let snapshot = shelf.store.begin_read().await.unwrap();
    assert!(
        users::find_by_username(&snapshot, "user-1")
            .await
            .unwrap()
            .is_some()
    );

    shelf.person(2).await;

    assert!(
        users::find_by_username(&snapshot, "user-2")
            .await
            .unwrap()
            .is_none()
    );
    let later = shelf.store.begin_read().await.unwrap();
    assert!(users::find_by_username(&later, "user-2").await.unwrap().is_some());
}

#[tokio::test]
async fn an_account_that_is_purged_takes_its_passwords_and_grants_along() {
    let shelf = Shelf::new().await;
    let owner = shelf.person(1).await;
    let grantee = shelf.person(2).await;
    let resource = shelf.resource(100, owner, "host").await;
    let account = shelf.account(1000, resource, owner, "root").await;
    let target = portcullis_store::grants::Target::Account(account);
    shelf
        .grant(5000, grantee, target, portcullis_model::AccountRight::View)
        .await;
    let tx = shelf.write().await;
    portcullis_store::accounts::delete(&tx, account, NOW)
        .await
        .unwrap();

    let later = NOW + std::time::Duration::from_micros(1);
    assert_eq!(portcullis_store::trash::purge(&tx, NOW).await.unwrap(), 0);
    assert_eq!(portcullis_store::trash::purge(&tx, later).await.unwrap(), 1);
    tx.commit().await.unwrap();

    for table in ["accounts", "versions", "grants"] {
        let count = shelf
            .database
            .texts(&format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}"))
            .await
            .unwrap();
        assert_eq!(count, ["0"], "{table}");
    }
}
