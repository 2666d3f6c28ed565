//! Temporary passes of an administrator.

use std::time::Duration;

use portcullis_model::{FactorKind, Role, Secret};
use portcullis_ops::factors::{IssuePass, Reset};
use portcullis_ops::sign_in::{FactorStep, PasswordStep};
use portcullis_ops::{OpError, sessions};
use portcullis_testkit::{Person, World};

#[tokio::test]
async fn a_temporary_pass_works_once_within_its_time_and_for_its_person_only() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let bob = world.user("bob", Role::PasswordUser).await;
    let pass = issue(&world, &alice, 30).await;

    let of_bob = world.pass_password(&world.gate, &bob).await;
    assert!(matches!(
        world
            .choose(&world.gate, &of_bob, FactorKind::TemporaryPass)
            .await,
        Err(OpError::NotFound)
    ));
    let (first, second) = (
        world.pass_password(&world.gate, &alice).await,
        world.pass_password(&world.gate, &alice).await,
    );
    for token in [&first, &second] {
        world
            .choose(&world.gate, token, FactorKind::TemporaryPass)
            .await
            .unwrap();
    }
    let step = world.prove_factor(&world.gate, &first, &pass).await.unwrap();
    let again = world.prove_factor(&world.gate, &second, &pass).await.unwrap();

    assert!(matches!(step, FactorStep::Passed { .. }));
    assert!(matches!(again, FactorStep::Wrong { .. }));

    let late = issue(&world, &alice, 5).await;
    world.clock.advance(Duration::from_mins(6));
    let token = world.pass_password(&world.gate, &alice).await;
    world
        .choose(&world.gate, &token, FactorKind::TemporaryPass)
        .await
        .unwrap();
    let step = world.prove_factor(&world.gate, &token, &late).await.unwrap();
    assert!(matches!(step, FactorStep::Wrong { .. }));
}

async fn issue(world: &World, person: &Person, minutes: u32) -> Secret {
    let issue = IssuePass {
        id: person.id,
        minutes,
        reason: "lost phone, known voice".to_owned(),
    };
    let administrator = world.fresh_administrator().await;
    world.gate.write(&administrator, issue).await.unwrap().pass
}

#[tokio::test]
async fn one_pass_typed_many_times_at_once_on_two_nodes_is_one_session() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let pass = issue(&world, &alice, 30).await;
    let nodes = [world.second_node().await, world.second_node().await];
    let mut tokens = Vec::new();
    for round in 0..8 {
        let token = world.pass_password(&nodes[round % 2], &alice).await;
        world
            .choose(&nodes[round % 2], &token, FactorKind::TemporaryPass)
            .await
            .unwrap();
        tokens.push((round % 2, token));
    }

    let mut tries = tokio::task::JoinSet::new();
    for (node, token) in tokens {
        let (gate, caller, code) = (nodes[node].clone(), world.anonymous(), pass.clone());
        tries.spawn(async move {
            gate.remote(
                &caller,
                portcullis_ops::sign_in::ProveFactor {
                    token,
                    code,
                    remember: false,
                },
            )
            .await
        });
    }
    let mut sessions = 0;
    while let Some(result) = tries.join_next().await {
        if let Ok(FactorStep::Passed { .. }) = result.unwrap() {
            sessions += 1;
        }
    }

    assert_eq!(sessions, 1);
}

#[tokio::test]
async fn who_has_nothing_set_up_is_told_to_ask_for_a_pass() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let administrator = world.fresh_administrator().await;
    for method in [FactorKind::Totp, FactorKind::BackupCode] {
        let reset = Reset {
            id: alice.id,
            method,
            reason: "lost everything".to_owned(),
        };
        world.gate.write(&administrator, reset).await.unwrap();
    }

    let token = world.begin(&world.gate, "alice").await;
    let step = world
        .prove_password(&world.gate, &token, &alice.password)
        .await
        .unwrap();

    assert!(matches!(step, PasswordStep::Blocked { .. }));
    let pass = issue(&world, &alice, 30).await;
    let token = world.pass_password(&world.gate, &alice).await;
    let step = world.prove_factor(&world.gate, &token, &pass).await.unwrap();
    assert!(matches!(step, FactorStep::MustSetUp { .. }));
}

#[tokio::test]
async fn one_pass_confirms_one_session_once_whatever_comes_at_the_same_moment() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let caller = world.sign_in(&alice).await.unwrap().caller;
    let pass = issue(&world, &alice, 30).await;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let (gate, caller, code) = (world.gate.clone(), caller.clone(), pass.clone());
        let method = FactorKind::TemporaryPass;
        tries.spawn(async move { gate.remote(&caller, sessions::Confirm { method, code }).await });
    }

    let mut confirmed = 0;
    while let Some(result) = tries.join_next().await {
        if let Ok(sessions::Confirmed::Yes) = result.unwrap() {
            confirmed += 1;
        }
    }

    assert_eq!(confirmed, 1);
}
