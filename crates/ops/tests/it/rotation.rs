use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use portcullis_model::{AccountId, AccountRight, Role};
use portcullis_ops::keys::{
    self, BeginRotation, FinishRotation, KeyStatus, Phase, Purpose, RewrapBatch, Status, VerifyBatch,
};
use portcullis_ops::{Gate, OpError, accounts};
use portcullis_testkit::{Person, World};

async fn status(world: &World, purpose: Purpose) -> Vec<KeyStatus> {
    let keys = world.gate.read(&world.console(), Status).await.unwrap();
    keys.into_iter()
        .filter(|key| key.purpose == purpose.word())
        .collect()
}

async fn rotate(world: &World, gate: &Gate, purpose: Purpose) -> Result<u32, OpError> {
    Box::pin(keys::rotate(gate, &world.console(), purpose, |_| {})).await
}

/// An account with `versions` passwords, `secret 1` and so on.
async fn account_with(world: &World, versions: u32) -> (Person, AccountId) {
    let (owner, account) = world.owner_with_account("secret 1").await;
    for number in 2..=versions {
        world
            .set_password(&owner, account, &format!("secret {number}"))
            .await
            .unwrap();
    }
    (owner, account)
}

async fn every_version_opens(world: &World, owner: &Person, account: AccountId, versions: u32) {
    for number in 1..=versions {
        let revealed = world.reveal_version(owner, account, number).await;
        assert_eq!(revealed.unwrap(), format!("secret {number}"));
    }
}

#[tokio::test]
async fn a_rotation_moves_everything_and_destroys_the_old_key() {
    let world = World::new().await;
    let (owner, account) = account_with(&world, 3).await;
    let before = status(&world, Purpose::Vault).await;
    assert_eq!(
        (before[0].version, before[0].values, &*before[0].state),
        (1, 3, "current")
    );

    let version = rotate(&world, &world.gate, Purpose::Vault).await.unwrap();

    let after = status(&world, Purpose::Vault).await;
    assert_eq!(version, 2);
    assert_eq!(after.len(), 1);
    assert_eq!(
        (after[0].version, after[0].values, &*after[0].state),
        (2, 3, "current")
    );
    every_version_opens(&world, &owner, account, 3).await;
}

#[tokio::test]
async fn the_beginning_and_the_end_of_a_rotation_are_on_record() {
    let world = World::new().await;
    account_with(&world, 1).await;
    let before = world.last_entry().await;

    rotate(&world, &world.gate, Purpose::Vault).await.unwrap();

    let entries = world.entries_after(before).await;
    let lines: Vec<_> = entries
        .iter()
        .map(|entry| (&*entry.operation, &*entry.subject, &*entry.message))
        .collect();
    assert_eq!(
        lines,
        [
            ("key.begin_rotation", "vault", "From version 1 to 2."),
            (
                "key.finish_rotation",
                "vault",
                "Version 1 is destroyed, 1 values are under version 2."
            ),
        ]
    );
}

#[tokio::test]
async fn factors_work_after_their_key_was_rotated() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;

    assert_eq!(rotate(&world, &world.gate, Purpose::Factors).await.unwrap(), 2);

    let key = status(&world, Purpose::Factors).await.remove(0);
    assert_eq!(
        (key.version, key.values),
        (2, 4),
        "two people with an app and backup codes"
    );
    assert!(world.sign_in(&alice).await.is_ok());
}

#[tokio::test]
async fn keys_that_seal_nothing_do_not_rotate() {
    let world = World::new().await;

    for purpose in [Purpose::AuditMac, Purpose::PasswordPepper] {
        assert!(matches!(
            rotate(&world, &world.gate, purpose).await,
            Err(OpError::Conflict(_))
        ));
    }
}

#[tokio::test]
async fn a_node_that_has_not_seen_the_new_key_reads_and_writes() {
    let world = World::new().await;
    let (owner, account) = account_with(&world, 2).await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let other = world.second_node().await;

    rotate(&world, &world.gate, Purpose::Vault).await.unwrap();
    rotate(&world, &world.gate, Purpose::Factors).await.unwrap();

    assert_eq!(
        world.reveal_on(&other, &owner, account).await.unwrap(),
        "secret 2"
    );
    assert_eq!(
        world
            .set_password_on(&other, &owner, account, "secret 3")
            .await
            .unwrap(),
        3
    );
    assert!(world.sign_in_on(&other, &alice).await.is_ok());
    every_version_opens(&world, &owner, account, 3).await;
    assert_eq!(status(&world, Purpose::Vault).await[0].values, 3);
}

/// One call of a rotation; tells whether it was the last one.
async fn step(world: &World, gate: &Gate, phase: &mut Option<Phase>) -> bool {
    let (console, purpose) = (world.console(), Purpose::Vault);
    match phase {
        None => {
            gate.write(&console, BeginRotation { purpose }).await.unwrap();
            *phase = Some(Phase::Rewrap);
        }
        Some(Phase::Rewrap) => {
            *phase = Some(gate.write(&console, RewrapBatch { purpose }).await.unwrap().phase);
        }
        Some(Phase::Verify) => {
            *phase = Some(gate.write(&console, VerifyBatch { purpose }).await.unwrap().phase);
        }
        Some(Phase::Finish) => {
            gate.write(&console, FinishRotation { purpose }).await.unwrap();
            return true;
        }
    }
    false
}

#[tokio::test]
async fn a_rotation_goes_on_after_a_kill_at_every_boundary() {
    let world = World::new().await;
    // Two full batches of 200 and one that is not.
    let (owner, account) = account_with(&world, 410).await;
    let mut phase = None;
    let mut steps = 0;
    let mut number = 410;

    loop {
        let restarted = world.second_node().await;
        let done = step(&world, &restarted, &mut phase).await;
        steps += 1;
        let after_kill = world.second_node().await;
        assert_eq!(
            world.reveal_on(&after_kill, &owner, account).await.unwrap(),
            format!("secret {number}")
        );
        number += 1;
        let secret = format!("secret {number}");
        assert_eq!(
            world
                .set_password_on(&after_kill, &owner, account, &secret)
                .await
                .unwrap(),
            number
        );
        if done {
            break;
        }
        let keys = status(&world, Purpose::Vault).await;
        assert_eq!(keys.len(), 2, "both keys are kept until the end");
        assert_eq!(keys.iter().map(|key| key.values).sum::<u64>(), u64::from(number));
    }

    assert!(7 <= steps, "{steps} steps");
    let keys = status(&world, Purpose::Vault).await;
    assert_eq!(keys.len(), 1);
    assert_eq!((keys[0].version, keys[0].values), (2, u64::from(number)));
    every_version_opens(&world, &owner, account, number).await;
}

#[tokio::test]
async fn a_rotation_that_was_cut_off_is_finished_by_the_next_one() {
    let world = World::new().await;
    let (owner, account) = account_with(&world, 3).await;
    let mut phase = None;
    step(&world, &world.gate, &mut phase).await;
    step(&world, &world.gate, &mut phase).await;
    let states: Vec<_> = status(&world, Purpose::Vault)
        .await
        .into_iter()
        .map(|key| key.state)
        .collect();
    assert_eq!(states, ["retiring, rotation in phase rewrap", "current"]);

    let version = rotate(&world, &world.second_node().await, Purpose::Vault).await;

    assert_eq!(version.unwrap(), 2);
    every_version_opens(&world, &owner, account, 3).await;
}

#[tokio::test]
async fn a_key_is_not_destroyed_while_a_value_cannot_be_opened() {
    let world = World::new().await;
    let (owner, account) = account_with(&world, 3).await;
    let id = world.id(account.0);
    let damaged = world.bytes(&[7; 40]);
    world
        .sql(&format!(
            "UPDATE versions SET ciphertext = {damaged} WHERE account_id = {id} AND number = 2"
        ))
        .await;

    let rotated = rotate(&world, &world.gate, Purpose::Vault).await;

    assert!(matches!(rotated, Err(OpError::Damaged)));
    assert_eq!(
        status(&world, Purpose::Vault).await.len(),
        2,
        "the old key is still there"
    );
    assert_eq!(world.reveal(&owner, account).await.unwrap(), "secret 3");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn reveals_and_writes_go_on_while_keys_rotate() {
    let world = Arc::new(World::new().await);
    let (owner, shared) = account_with(&world, 20).await;
    let reader = world.user("rita", Role::PasswordUser).await;
    world.share(&owner, shared, &reader, AccountRight::View).await;
    let resource = world.resource(&owner, "db-prod-02").await;
    let other = world.second_node().await;
    let done = Arc::new(AtomicBool::new(false));
    let (reads, writes) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let mut tasks = Vec::new();
    for (number, gate) in [world.gate.clone(), other.clone()].into_iter().enumerate() {
        let account = world
            .account(&owner, resource, &format!("app-{number}"), "written 1")
            .await;
        let (world, owner, done, writes) = (world.clone(), owner.clone(), done.clone(), writes.clone());
        let (reader, reads, reading) = (reader.clone(), reads.clone(), gate.clone());
        let (world_of_reader, done_of_reader) = (world.clone(), done.clone());
        tasks.push(tokio::spawn(async move {
            let mut version = 1;
            while !done.load(Ordering::SeqCst) {
                version += 1;
                let secret = format!("written {version}");
                let written = world.set_password_on(&gate, &owner, account, &secret).await;
                assert_eq!(written.unwrap(), version);
                assert_eq!(world.reveal_on(&gate, &owner, account).await.unwrap(), secret);
                writes.fetch_add(1, Ordering::SeqCst);
            }
        }));
        tasks.push(tokio::spawn(async move {
            while !done_of_reader.load(Ordering::SeqCst) {
                let revealed = world_of_reader.reveal_on(&reading, &reader, shared).await;
                assert_eq!(revealed.unwrap(), "secret 20");
                reads.fetch_add(1, Ordering::SeqCst);
            }
        }));
    }

    for (version, gate) in (2..=7).zip([&other, &world.gate].into_iter().cycle()) {
        let (reads_before, writes_before) = (reads.load(Ordering::SeqCst), writes.load(Ordering::SeqCst));
        assert_eq!(rotate(&world, gate, Purpose::Vault).await.unwrap(), version);
        world
            .until("reads and writes go on", async || {
                tasks.iter().any(tokio::task::JoinHandle::is_finished)
                    || (reads_before < reads.load(Ordering::SeqCst)
                        && writes_before < writes.load(Ordering::SeqCst))
            })
            .await;
    }
    done.store(true, Ordering::SeqCst);
    for task in tasks {
        task.await.unwrap();
    }

    let keys = status(&world, Purpose::Vault).await;
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].version, 7);
    every_version_opens(&world, &owner, shared, 20).await;
    assert!(world.verify(None).await.problems.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_that_rotate_at_once_lose_nothing() {
    let world = World::new().await;
    let (owner, account) = account_with(&world, 30).await;
    let other = world.second_node().await;

    for _ in 0..5 {
        let (one, two) = tokio::join!(
            rotate(&world, &world.gate, Purpose::Vault),
            rotate(&world, &other, Purpose::Vault)
        );

        assert!(one.is_ok() || two.is_ok(), "{one:?} {two:?}");
        for result in [one, two] {
            assert!(matches!(result, Ok(_) | Err(OpError::Conflict(_))), "{result:?}");
        }
        let keys = status(&world, Purpose::Vault).await;
        assert_eq!(keys.len(), 1, "{keys:?}");
        assert_eq!(keys[0].values, 30);
        every_version_opens(&world, &owner, account, 30).await;
    }
}

#[tokio::test]
async fn a_person_reads_key_status_only_with_the_right_to() {
    let world = World::new().await;
    let (owner, account) = account_with(&world, 1).await;

    let refused = world.gate.read(&owner.caller, Status).await;
    let begun = world
        .gate
        .write(
            &owner.caller,
            BeginRotation {
                purpose: Purpose::Vault,
            },
        )
        .await;

    assert!(matches!(refused, Err(OpError::Denied)));
    assert!(matches!(begun, Err(OpError::Denied)));
    let found = world
        .gate
        .read(&owner.caller, accounts::Find { id: account })
        .await;
    assert_eq!(found.unwrap().account.version, 1);
}
