use std::time::Duration;

use portcullis_model::{Role, Secret};
use portcullis_ops::sign_in::{FactorStep, PasswordStep};
use portcullis_ops::{Gate, OpError};
use portcullis_testkit::{Person, World};

const WRONG: &str = "not the password";

/// Tries a wrong password in a login of its own.
async fn guess(world: &World, gate: &Gate, username: &str) -> PasswordStep {
    try_password(world, gate, username, &Secret::new(WRONG)).await
}

async fn try_password(world: &World, gate: &Gate, username: &str, password: &Secret) -> PasswordStep {
    let token = world.begin(gate, username).await;
    world.prove_password(gate, &token, password).await.unwrap()
}

#[tokio::test]
async fn guessing_passwords_gets_slower_and_slower() {
    let world = World::new().await;
    world.user("alice", Role::PasswordUser).await;
    let mut waits = Vec::new();

    for _ in 0..16 {
        assert!(matches!(
            guess(&world, &world.gate, "alice").await,
            PasswordStep::Wrong
        ));
        if let PasswordStep::Locked { retry_after } = guess(&world, &world.gate, "alice").await {
            waits.push(retry_after.as_secs());
            world.clock.advance(retry_after);
        }
    }

    assert_eq!(waits[..8], [1, 2, 4, 8, 16, 32, 64, 128]);
    assert!(waits.iter().all(|wait| *wait <= 900));
}

#[tokio::test]
async fn a_password_that_came_too_early_is_not_looked_at_on_any_node() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let other = world.second_node().await;
    for node in [&world.gate, &other, &world.gate, &other, &world.gate] {
        guess(&world, node, "alice").await;
    }
    let before = world.last_entry().await;
    let restarted = world.second_node().await;

    for node in [&world.gate, &other, &restarted] {
        let step = try_password(&world, node, "alice", &alice.password).await;
        assert!(
            matches!(step, PasswordStep::Locked { retry_after } if retry_after == Duration::from_secs(1))
        );
    }
    let entries = world.entries_after(before).await;
    assert_eq!(entries.len(), 3);
    assert!(
        entries
            .iter()
            .all(|entry| entry.outcome == "deny" && entry.message.starts_with("Not looked at"))
    );

    world.clock.advance(Duration::from_secs(1));
    let step = try_password(&world, &other, "alice", &alice.password).await;
    assert!(matches!(step, PasswordStep::Passed { .. }));
    for _ in 0..4 {
        let step = guess(&world, &world.gate, "alice").await;
        assert!(
            matches!(step, PasswordStep::Wrong),
            "a right password forgives the wrong ones"
        );
    }
}

#[tokio::test]
async fn people_who_do_not_exist_are_slowed_down_alike() {
    let world = World::new().await;
    for _ in 0..5 {
        assert!(matches!(
            guess(&world, &world.gate, "nobody").await,
            PasswordStep::Wrong
        ));
    }

    let step = guess(&world, &world.gate, "nobody").await;

    assert!(matches!(step, PasswordStep::Locked { retry_after } if retry_after == Duration::from_secs(1)));
}

#[tokio::test]
async fn guessing_one_name_does_not_slow_another() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    world.user("bob", Role::PasswordUser).await;
    for _ in 0..6 {
        guess(&world, &world.gate, "bob").await;
    }

    assert!(world.sign_in(&alice).await.is_ok());
}

#[tokio::test]
async fn the_attempts_of_one_login_are_counted_before_they_are_looked_at() {
    let world = World::new().await;
    world.user("alice", Role::PasswordUser).await;
    let token = world.begin(&world.gate, "alice").await;
    world
        .prove_password(&world.gate, &token, &Secret::new(WRONG))
        .await
        .unwrap();

    let failures = world
        .texts("SELECT CAST(failures AS TEXT) FROM guesses WHERE who = 'alice'")
        .await;

    assert_eq!(failures, ["1"]);
}

async fn try_code(world: &World, person: &Person, code: &Secret) -> FactorStep {
    let token = world.pass_password(&world.gate, person).await;
    world.prove_factor(&world.gate, &token, code).await.unwrap()
}

#[tokio::test]
async fn a_right_code_among_the_first_hundred_starts_the_count_again() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    for _ in 0..20 {
        world.clock.advance(Duration::from_mins(15));
        try_code(&world, &alice, &alice.wrong_code(&world)).await;
    }
    world.clock.advance(Duration::from_mins(15));

    assert!(matches!(
        try_code(&world, &alice, &alice.code(&world)).await,
        FactorStep::Passed { .. }
    ));

    assert_eq!(world.count("guesses WHERE who = 'alice'").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_guesses_at_once_get_no_more_looks_than_one_after_another() {
    let world = std::sync::Arc::new(World::new().await);
    world.user("alice", Role::PasswordUser).await;
    let other = world.second_node().await;
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let world = world.clone();
            let gate = if number % 2 == 0 {
                world.gate.clone()
            } else {
                other.clone()
            };
            tokio::spawn(async move {
                let token = world.begin(&gate, "alice").await;
                world.prove_password(&gate, &token, &Secret::new(WRONG)).await
            })
        })
        .collect();

    let mut looked_at = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(PasswordStep::Wrong) => looked_at += 1,
            Ok(PasswordStep::Locked { .. }) | Err(OpError::Busy { .. } | OpError::Conflict(_)) => {}
            other => panic!("{:?}", other.err()),
        }
    }

    assert!(looked_at <= 5, "{looked_at} were looked at");
}
