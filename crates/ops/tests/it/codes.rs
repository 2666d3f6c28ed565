use std::sync::Arc;
use std::time::Duration;

use portcullis_model::{FactorKind, Role, Secret};
use portcullis_ops::factors::{ListMine, RegenerateBackupCodes, Regenerated};
use portcullis_ops::sign_in::{ChooseMethod, FactorStep};
use portcullis_ops::{Gate, OpError};
use portcullis_testkit::{Person, World};

async fn sessions_of(world: &World, person: &Person) -> i64 {
    world
        .count(&format!("sessions WHERE user_id = {}", world.id(person.id.0)))
        .await
}

/// The token of a login that waits for a backup code.
async fn wait_for_backup_code(world: &World, gate: &Gate, person: &Person) -> Secret {
    let token = world.pass_password(gate, person).await;
    let choose = ChooseMethod {
        token: token.clone(),
        method: FactorKind::BackupCode,
    };
    gate.write(&world.anonymous(), choose).await.unwrap();
    token
}

/// Sends `code` to all `tokens` at once, on two nodes in turn; tells how many sessions that made.
async fn race(world: &Arc<World>, tokens: Vec<Secret>, code: &Secret) -> usize {
    let other = world.second_node().await;
    let tasks: Vec<_> = tokens
        .into_iter()
        .enumerate()
        .map(|(number, token)| {
            let gate = if number % 2 == 0 {
                world.gate.clone()
            } else {
                other.clone()
            };
            let (world, code) = (world.clone(), code.clone());
            tokio::spawn(async move { world.prove_factor(&gate, &token, &code).await })
        })
        .collect();
    let mut passed = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(FactorStep::Passed { .. }) => passed += 1,
            Ok(_) | Err(OpError::Expired | OpError::Conflict(_)) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    passed
}

#[tokio::test]
async fn only_the_code_that_shows_and_the_one_before_it_are_taken() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;

    for steps in -3..=3 {
        world.clock.advance(Duration::from_mins(5));
        let token = world.pass_password(&world.gate, &alice).await;
        let step = world
            .prove_factor(&world.gate, &token, &alice.code_at(&world, steps))
            .await
            .unwrap();
        assert_eq!(
            matches!(step, FactorStep::Passed { .. }),
            [-1, 0].contains(&steps),
            "{steps} steps"
        );
    }
}

#[tokio::test]
async fn a_code_and_those_before_it_are_spent_together() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    world.clock.advance(Duration::from_mins(5));
    let (first, second, third) = (
        world.pass_password(&world.gate, &alice).await,
        world.pass_password(&world.gate, &alice).await,
        world.pass_password(&world.gate, &alice).await,
    );
    let (previous, current) = (alice.code_at(&world, -1), alice.code(&world));

    let with_current = world.prove_factor(&world.gate, &first, &current).await.unwrap();
    let with_previous = world.prove_factor(&world.gate, &second, &previous).await.unwrap();
    let again = world.prove_factor(&world.gate, &third, &current).await.unwrap();

    assert!(matches!(with_current, FactorStep::Passed { .. }));
    assert!(matches!(with_previous, FactorStep::Wrong { .. }));
    assert!(matches!(again, FactorStep::Wrong { .. }));
}

#[tokio::test]
async fn a_spent_code_stays_spent_after_a_restart() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let code = alice.code(&world);
    let token = world.pass_password(&world.gate, &alice).await;
    world.prove_factor(&world.gate, &token, &code).await.unwrap();
    let restarted = world.second_node().await;
    let token = world.pass_password(&restarted, &alice).await;

    let step = world.prove_factor(&restarted, &token, &code).await.unwrap();

    assert!(matches!(step, FactorStep::Wrong { .. }));
}

#[tokio::test]
async fn the_code_that_confirmed_the_app_does_not_sign_in() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let token = world.pass_password(&world.gate, &alice).await;

    let step = world
        .prove_factor(&world.gate, &token, &alice.code_at(&world, -1))
        .await
        .unwrap();

    assert!(matches!(step, FactorStep::Wrong { .. }));
}

#[tokio::test]
async fn a_code_is_read_with_a_space_and_nothing_else_in_it() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let token = world.pass_password(&world.gate, &alice).await;
    let code = alice.code(&world).expose().to_owned();

    for spelling in [
        String::new(),
        format!("{code}0"),
        format!("+{code}"),
        code[..5].to_owned(),
    ] {
        let step = world
            .prove_factor(&world.gate, &token, &Secret::new(&*spelling))
            .await
            .unwrap();
        assert!(
            matches!(step, FactorStep::Wrong { .. } | FactorStep::TooManyFailures),
            "{spelling}"
        );
    }
    let token = world.pass_password(&world.gate, &alice).await;
    let spaced = Secret::new(format!(" {} {} ", &code[..3], &code[3..]));
    let step = world.prove_factor(&world.gate, &token, &spaced).await.unwrap();
    assert!(matches!(step, FactorStep::Passed { .. }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_code_sent_fifty_times_to_one_login_makes_one_session() {
    let world = Arc::new(World::new().await);
    let alice = world.user("alice", Role::PasswordUser).await;
    let before = sessions_of(&world, &alice).await;
    let token = world.pass_password(&world.gate, &alice).await;

    let passed = race(&world, vec![token; 50], &alice.code(&world)).await;

    assert_eq!(passed, 1);
    assert_eq!(sessions_of(&world, &alice).await, before + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_code_sent_to_fifty_logins_makes_one_session() {
    let world = Arc::new(World::new().await);
    let alice = world.user("alice", Role::PasswordUser).await;
    let before = sessions_of(&world, &alice).await;
    let mut tokens = Vec::new();
    for _ in 0..50 {
        tokens.push(world.pass_password(&world.gate, &alice).await);
    }

    let passed = race(&world, tokens, &alice.code(&world)).await;

    assert_eq!(passed, 1);
    assert_eq!(sessions_of(&world, &alice).await, before + 1);
}

#[tokio::test]
async fn a_backup_code_works_once() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let code = alice.backup_codes[0].clone();
    let before = world.last_entry().await;
    let token = wait_for_backup_code(&world, &world.gate, &alice).await;

    let first = world.prove_factor(&world.gate, &token, &code).await.unwrap();
    let token = wait_for_backup_code(&world, &world.gate, &alice).await;
    let second = world.prove_factor(&world.gate, &token, &code).await.unwrap();
    let shouted = Secret::new(alice.backup_codes[1].expose().to_uppercase().replace('-', " "));
    let other = world.prove_factor(&world.gate, &token, &shouted).await.unwrap();

    assert!(matches!(
        first,
        FactorStep::Passed {
            method: FactorKind::BackupCode,
            codes_left: Some(9),
            ..
        }
    ));
    assert!(matches!(second, FactorStep::Wrong { .. }));
    assert!(matches!(
        other,
        FactorStep::Passed {
            codes_left: Some(8),
            ..
        }
    ));
    let entries = world.entries_after(before).await;
    assert_eq!(entries[1].message, "Login verified. MFA method: Backup Code");
    let mine = world.gate.read(&alice.caller, ListMine).await.unwrap();
    let codes = mine
        .iter()
        .find(|factor| factor.kind == FactorKind::BackupCode)
        .unwrap();
    assert_eq!(
        (codes.left, codes.spent.len(), &*codes.spent[0].address),
        (Some(8), 2, "192.0.2.7")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_backup_code_sent_twenty_times_makes_one_session() {
    let world = Arc::new(World::new().await);
    let alice = world.user("alice", Role::PasswordUser).await;
    let before = sessions_of(&world, &alice).await;
    let mut tokens = Vec::new();
    for _ in 0..20 {
        tokens.push(wait_for_backup_code(&world, &world.gate, &alice).await);
    }

    let passed = race(&world, tokens, &alice.backup_codes[0]).await;

    assert_eq!(passed, 1);
    assert_eq!(sessions_of(&world, &alice).await, before + 1);
}

#[tokio::test]
async fn a_backup_code_is_no_code_of_the_app_and_the_other_way_round() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let token = world.pass_password(&world.gate, &alice).await;

    let backup = world
        .prove_factor(&world.gate, &token, &alice.backup_codes[0])
        .await
        .unwrap();
    let token = wait_for_backup_code(&world, &world.gate, &alice).await;
    let app = world
        .prove_factor(&world.gate, &token, &alice.code(&world))
        .await
        .unwrap();

    assert!(matches!(backup, FactorStep::Wrong { .. }));
    assert!(matches!(app, FactorStep::Wrong { .. }));
}

#[tokio::test]
async fn new_backup_codes_kill_the_old_ones() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let regenerate = |code| RegenerateBackupCodes { code };

    let wrong = world
        .gate
        .remote(&alice.caller, regenerate(alice.wrong_code(&world)))
        .await
        .unwrap();
    let right = world
        .gate
        .remote(&alice.caller, regenerate(alice.code(&world)))
        .await
        .unwrap();
    let replayed = world
        .gate
        .remote(&alice.caller, regenerate(alice.code(&world)))
        .await
        .unwrap();

    assert!(matches!(wrong, Regenerated::Wrong { .. }));
    assert!(matches!(replayed, Regenerated::Wrong { .. }));
    let Regenerated::Codes(codes) = right else {
        panic!("the code is right")
    };
    assert_eq!(codes.len(), 10);
    let token = wait_for_backup_code(&world, &world.gate, &alice).await;
    let old = world
        .prove_factor(&world.gate, &token, &alice.backup_codes[0])
        .await
        .unwrap();
    let new = world.prove_factor(&world.gate, &token, &codes[0]).await.unwrap();
    assert!(matches!(old, FactorStep::Wrong { .. }));
    assert!(matches!(new, FactorStep::Passed { .. }));
}

#[tokio::test]
async fn a_code_spent_on_new_backup_codes_does_not_sign_in() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let code = alice.code(&world);
    world
        .gate
        .remote(&alice.caller, RegenerateBackupCodes { code: code.clone() })
        .await
        .unwrap();
    let token = world.pass_password(&world.gate, &alice).await;

    let step = world.prove_factor(&world.gate, &token, &code).await.unwrap();

    assert!(matches!(step, FactorStep::Wrong { .. }));
}
