use std::time::Duration;

use portcullis_model::{Role, Trashed};
use portcullis_ops::{OpError, accounts, jobs, resources, trash};
use portcullis_store::versions;
use portcullis_testkit::{Dialect, World, dialect};

use crate::vault::{DAY, find, names};

#[tokio::test]
async fn a_deleted_account_is_gone_and_comes_back_whole() {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first").await;
    let stranger = world.user("sam", Role::PasswordUser).await;
    world
        .gate
        .write(&owner.caller, accounts::Delete { id: account })
        .await
        .unwrap();

    assert!(matches!(
        world.reveal(&owner, account).await,
        Err(OpError::NotFound)
    ));
    assert!(matches!(
        world.set_password(&owner, account, "x").await,
        Err(OpError::NotFound)
    ));
    assert!(names(&world, &owner, "").await.is_empty() && names(&world, &owner, "root").await.is_empty());
    let trashed = world.gate.read(&owner.caller, trash::List).await.unwrap();
    assert_eq!(
        (trashed[0].thing, &*trashed[0].name),
        (Trashed::Account(account), "root@db-prod-01")
    );
    assert_eq!(trashed[0].purge_at, trashed[0].deleted_at + 30 * DAY);
    assert!(
        world
            .gate
            .read(&stranger.caller, trash::List)
            .await
            .unwrap()
            .is_empty()
    );
    let by_stranger = world
        .gate
        .write(&stranger.caller, accounts::Restore { id: account })
        .await;
    assert!(matches!(by_stranger, Err(OpError::NotFound)));

    world
        .gate
        .write(&owner.caller, accounts::Restore { id: account })
        .await
        .unwrap();

    assert_eq!(world.reveal(&owner, account).await.unwrap(), "first");
    assert_eq!(names(&world, &owner, "root").await, ["root@db-prod-01"]);
}

#[tokio::test]
async fn a_resource_takes_its_accounts_into_the_trash_and_back() {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first").await;
    let resource = find(&world, &owner, account).await.account.resource;
    let earlier = world.account(&owner, resource, "app", "app secret").await;
    world
        .gate
        .write(&owner.caller, accounts::Delete { id: earlier })
        .await
        .unwrap();
    world.clock.advance(DAY);
    world
        .gate
        .write(&owner.caller, resources::Delete { id: resource })
        .await
        .unwrap();

    assert!(matches!(
        world.reveal(&owner, account).await,
        Err(OpError::NotFound)
    ));
    let alone = world
        .gate
        .write(&owner.caller, accounts::Restore { id: account })
        .await;
    assert!(matches!(alone, Err(OpError::Conflict(_))));

    world
        .gate
        .write(&owner.caller, resources::Restore { id: resource })
        .await
        .unwrap();

    assert_eq!(world.reveal(&owner, account).await.unwrap(), "first");
    assert!(
        matches!(world.reveal(&owner, earlier).await, Err(OpError::NotFound)),
        "it went on its own"
    );
}

#[tokio::test]
async fn after_thirty_days_a_deleted_password_is_destroyed() {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first").await;
    let kept = {
        let resource = world.resource(&owner, "db-prod-02").await;
        world.account(&owner, resource, "root", "kept").await
    };
    let ciphertext = {
        let snapshot = world.snapshot().await;
        versions::find(&snapshot, account, 1)
            .await
            .unwrap()
            .unwrap()
            .password
            .ciphertext
    };
    world
        .gate
        .write(&owner.caller, accounts::Delete { id: account })
        .await
        .unwrap();
    world.clock.advance(30 * DAY);
    assert_eq!(
        world.gate.write(&world.job(), jobs::Sweep).await.unwrap().trash,
        0
    );
    world.clock.advance(Duration::from_secs(1));

    assert_eq!(
        world.gate.write(&world.job(), jobs::Sweep).await.unwrap().trash,
        1
    );

    assert_eq!(world.count("versions").await, 1);
    assert_eq!(world.reveal(&owner, kept).await.unwrap(), "kept");
    let restored = world
        .gate
        .write(&owner.caller, accounts::Restore { id: account })
        .await;
    assert!(matches!(restored, Err(OpError::NotFound)));
    if dialect() == Dialect::Sqlite {
        // Freed pages are overwritten, and the log of old pages is cut off.
        world.sql("PRAGMA wal_checkpoint(TRUNCATE)").await;
        let file = world.url.strip_prefix("sqlite:").unwrap();
        for file in [file.to_owned(), format!("{file}-wal")] {
            let bytes = std::fs::read(&file).unwrap();
            assert!(
                !bytes.windows(ciphertext.len()).any(|window| window == ciphertext),
                "it is still in {file}"
            );
        }
    }
}

#[tokio::test]
async fn nobody_from_outside_runs_the_sweep() {
    let world = World::new().await;
    let administrator = world.administrator().await;

    assert!(matches!(
        world.gate.write(&administrator.caller, jobs::Sweep).await,
        Err(OpError::Denied)
    ));
    assert!(matches!(
        world.gate.write(&world.anonymous(), jobs::Sweep).await,
        Err(OpError::Denied)
    ));
}
