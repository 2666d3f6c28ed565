//! A factor that took a hundred wrong answers since its last right one is switched off.

use std::sync::Arc;
use std::time::Duration;

use portcullis_model::{Caller, Clock, FactorKind, Role, Secret};
use portcullis_ops::factors::{
    Begin, Confirm, Confirmation, Pending, Reset, SWITCHED_OFF, SwitchOn, SwitchedOff,
};
use portcullis_ops::mfa_policy::Blocked;
use portcullis_ops::sessions::{self, Confirmed};
use portcullis_ops::sign_in::{FactorStep, PasswordStep};
use portcullis_ops::{Gate, OpError};
use portcullis_testkit::{Authenticator, Person, World};

const PATIENCE: Duration = Duration::from_mins(15);

async fn company() -> (World, Person) {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    world.set_mail().await;
    (world, alice)
}

async fn wrong(world: &World, gate: &Gate, person: &Person) -> FactorStep {
    world.clock.advance(PATIENCE);
    let token = world.pass_password(gate, person).await;
    world
        .prove_factor(gate, &token, &person.wrong_code(world))
        .await
        .unwrap()
}

async fn spend(world: &World, person: &Person, times: u32) -> FactorStep {
    for _ in 1..times {
        assert!(matches!(
            wrong(world, &world.gate, person).await,
            FactorStep::Wrong { .. }
        ));
    }
    wrong(world, &world.gate, person).await
}

/// A sign-in with a backup code.
async fn with_backup_code(world: &World, person: &Person) -> FactorStep {
    let token = world.pass_password(&world.gate, person).await;
    world
        .choose(&world.gate, &token, FactorKind::BackupCode)
        .await
        .unwrap();
    let code = &person.backup_codes[0];
    world.prove_factor(&world.gate, &token, code).await.unwrap()
}

#[tokio::test]
async fn the_hundredth_wrong_code_switches_the_factor_off_and_everybody_concerned_is_told() {
    let (world, alice) = company().await;
    let before = world.last_entry().await;

    let step = spend(&world, &alice, 100).await;

    assert!(matches!(step, FactorStep::SwitchedOff));
    let entries = world.entries_after(before).await;
    let last = entries
        .iter()
        .rfind(|entry| entry.operation == "login.prove_factor")
        .unwrap();
    assert_eq!(last.outcome, "deny");
    assert!(last.message.contains(SWITCHED_OFF), "{}", last.message);
    world.send_letters().await;
    for address in ["alice@example.org", "admin@example.org"] {
        let letters = world.mailbox.to(address);
        let told = letters
            .iter()
            .filter(|letter| letter.subject == "Portcullis: A second step was switched off");
        let told: Vec<_> = told.collect();
        assert_eq!(told.len(), 1, "{address}");
        assert!(told[0].text.contains("Authenticator App was switched off"));
        assert!(told[0].text.contains("alice") && told[0].text.contains("192.0.2.7"));
    }
    let effective = world.explain(alice.id).await.effective;
    assert_eq!(effective.switched_off, [FactorKind::Totp]);
    assert!(!effective.usable.contains(&FactorKind::Totp));
    assert!(
        effective
            .reasons
            .iter()
            .any(|reason| reason.text().starts_with(SWITCHED_OFF))
    );
}

#[tokio::test]
async fn what_is_switched_off_takes_no_right_answer_on_any_node_and_time_heals_nothing() {
    let (world, alice) = company().await;
    let waiting = world.pass_password(&world.gate, &alice).await;
    world
        .sql("UPDATE logins SET ends_at = ends_at * 2, step_ends_at = step_ends_at * 2")
        .await;
    spend(&world, &alice, 100).await;
    let other = world.second_node().await;

    world.clock.advance(Duration::from_hours(48));
    let sweep = portcullis_ops::jobs::Sweep;
    world.gate.write(&world.job(), sweep).await.unwrap();

    let step = world.prove_factor(&other, &waiting, &alice.code(&world)).await;
    assert!(
        matches!(step, Ok(FactorStep::SwitchedOff)),
        "not even in a login of before"
    );
    let token = world.pass_password(&other, &alice).await;
    let chosen = world.choose(&other, &token, FactorKind::Totp).await;
    assert!(matches!(chosen, Err(OpError::NotFound)));
    let step = world
        .prove_factor(&other, &token, &alice.code(&world))
        .await
        .unwrap();
    assert!(!matches!(step, FactorStep::Passed { .. }));
    let confirm = sessions::Confirm {
        method: FactorKind::Totp,
        code: alice.code(&world),
    };
    assert!(world.gate.remote(&alice.caller, confirm).await.is_err());
}

#[tokio::test]
async fn a_backup_code_and_a_new_app_are_a_way_back() {
    let (world, alice) = company().await;
    spend(&world, &alice, 100).await;

    let FactorStep::MustSetUp { login_token } = with_backup_code(&world, &alice).await else {
        panic!("a backup code opens the way to a new app")
    };
    let begin = portcullis_ops::sign_in::BeginSetUp {
        token: login_token.clone(),
        method: FactorKind::Totp,
        details: String::new(),
    };
    world.gate.write(&world.anonymous(), begin).await.unwrap();
    let show = portcullis_ops::sign_in::ShowSetUp {
        token: login_token.clone(),
    };
    let shown = world.gate.read(&world.anonymous(), show).await.unwrap().shown;
    let portcullis_model::Shown::Totp { key, .. } = shown else {
        panic!("an app is set up with a key")
    };
    let app = Authenticator::new(key);
    let confirm = portcullis_ops::sign_in::ConfirmSetUp {
        token: login_token,
        code: app.code(world.clock.now(), 0),
        name: "New phone".to_owned(),
    };
    let done = world.gate.remote(&world.anonymous(), confirm).await.unwrap();
    assert!(matches!(done, portcullis_ops::sign_in::SetUpStep::Done { .. }));

    assert!(
        world.sign_in(&alice).await.is_err(),
        "the app that was guessed at is gone"
    );
    let alice = Person { app, ..alice };
    assert!(world.sign_in(&alice).await.is_ok());
    assert!(world.explain(alice.id).await.effective.switched_off.is_empty());
}

#[tokio::test]
async fn another_factor_switches_it_on_again_and_a_proof_from_before_does_not() {
    let (world, alice) = company().await;
    assert!(matches!(
        spend(&world, &alice, 99).await,
        FactorStep::Wrong { .. }
    ));
    let method = FactorKind::Totp;
    let last = sessions::Confirm {
        method,
        code: alice.wrong_code(&world),
    };
    world.clock.advance(Duration::from_hours(1));
    let proven = |at| Caller {
        proven_at: Some(at),
        ..alice.caller.clone()
    };

    let confirmed = world.gate.remote(&alice.caller, last).await.unwrap();
    assert!(
        matches!(confirmed, Confirmed::SwitchedOff),
        "one count for every door"
    );
    assert_eq!(
        world.gate.read(&alice.caller, SwitchedOff).await.unwrap().len(),
        1
    );

    let before = world.clock.now();
    world.clock.advance(Duration::from_secs(1));
    let early = world.gate.write(&proven(before), SwitchOn { method }).await;
    assert!(matches!(early, Err(OpError::StepUp)));
    let confirm = sessions::Confirm {
        method: FactorKind::BackupCode,
        code: alice.backup_codes[0].clone(),
    };
    world.gate.remote(&alice.caller, confirm).await.unwrap();
    let now = world.clock.now();
    world.gate.write(&proven(now), SwitchOn { method }).await.unwrap();

    assert!(world.sign_in(&alice).await.is_ok());
}

#[tokio::test]
async fn an_administrator_resets_it() {
    let (world, alice) = company().await;
    spend(&world, &alice, 100).await;
    let administrator = world.fresh_administrator().await;

    let reset = Reset {
        id: alice.id,
        method: FactorKind::Totp,
        reason: "guessed at".to_owned(),
    };
    world.gate.write(&administrator, reset).await.unwrap();

    let effective = world.explain(alice.id).await.effective;
    assert!(effective.switched_off.is_empty() && effective.must_set_up);
}

#[tokio::test]
async fn who_has_nothing_else_hears_why_after_the_right_password() {
    let (world, alice) = company().await;
    world.require_of(alice.id, &[FactorKind::Totp]).await;
    let lost = Reset {
        id: alice.id,
        method: FactorKind::BackupCode,
        reason: "lost".to_owned(),
    };
    let administrator = world.fresh_administrator().await;
    world.gate.write(&administrator, lost).await.unwrap();
    spend(&world, &alice, 100).await;

    let token = world.begin(&world.gate, "alice").await;
    let step = world
        .prove_password(&world.gate, &token, &alice.password)
        .await
        .unwrap();

    assert!(matches!(
        step,
        PasswordStep::Blocked {
            why: Blocked::SwitchedOff,
            ..
        }
    ));
}

#[tokio::test]
async fn a_second_app_cannot_be_confirmed_into_a_switched_off_pair() {
    let (world, alice) = company().await;
    let method = FactorKind::Totp;
    let me = world.sign_in(&alice).await.unwrap().caller;
    world
        .gate
        .write(
            &me,
            Begin {
                method,
                details: String::new(),
            },
        )
        .await
        .unwrap();
    let shown = world.gate.read(&me, Pending).await.unwrap().shown;
    let portcullis_model::Shown::Totp { key, .. } = shown else {
        panic!("an app is set up with a key")
    };
    let app = Authenticator::new(key);
    world
        .sql(&format!(
            "INSERT INTO switched_off (user_id, kind, at) VALUES ({}, 'totp', 0)",
            world.id(alice.id.0)
        ))
        .await;

    let confirm = Confirm {
        code: app.code(world.clock.now(), 0),
        name: "Tablet".to_owned(),
    };
    let done = world.gate.remote(&me, confirm).await.unwrap();

    assert!(matches!(done, Confirmation::Done { .. }));
    let left = format!(
        "factors WHERE kind = 'totp' AND user_id = {}",
        world.id(alice.id.0)
    );
    assert_eq!(world.count(&left).await, 1, "the one that was guessed at is gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_wrong_codes_at_once_on_two_nodes_a_hundred_are_looked_at_and_one_switches_off() {
    let (world, alice) = company().await;
    let world = Arc::new(world);
    let other = world.second_node().await;
    spend(&world, &alice, 97).await;
    world.clock.advance(PATIENCE);
    let mut tokens = Vec::new();
    for _ in 0..12 {
        tokens.push(world.pass_password(&world.gate, &alice).await);
    }
    // Nobody waits, as if the twelve came from twelve browsers that she is known from.
    world.sql("DELETE FROM guesses WHERE factor = 'totp'").await;
    let tasks: Vec<_> = tokens
        .into_iter()
        .enumerate()
        .map(|(number, token)| {
            let gate = if number % 2 == 0 {
                world.gate.clone()
            } else {
                other.clone()
            };
            let (world, code) = (world.clone(), alice.wrong_code(&world));
            tokio::spawn(async move {
                world
                    .prove_factor(&gate, &token, &Secret::new(code.expose()))
                    .await
            })
        })
        .collect();

    let mut looked_at = 0;
    for task in tasks {
        if let Ok(FactorStep::Wrong { .. }) = task.await.unwrap() {
            looked_at += 1;
        }
    }

    assert_eq!(
        looked_at, 2,
        "the 98th and the 99th; the hundredth switches it off"
    );
    assert_eq!(world.count("switched_off").await, 1);
    world.send_letters().await;
    let letters = world.mailbox.to("alice@example.org");
    let told = letters
        .iter()
        .filter(|letter| letter.subject.contains("switched off"));
    assert_eq!(told.count(), 1);
}
