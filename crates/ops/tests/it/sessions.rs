use std::time::Duration;

use portcullis_model::{Clock, Role, Secret};
use portcullis_ops::sessions::{End, EndAll, ListMine};
use portcullis_ops::sign_in::SignOut;
use portcullis_ops::{OpError, users};
use portcullis_testkit::World;

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn c7_what_changes_a_person_ends_their_sessions_on_every_node_at_once() {
    let world = World::new().await;
    let administrator = world.administrator().await;
    let other = world.second_node().await;
    for change in ["lock", "role", "password", "everywhere"] {
        let person = world.user(&format!("u-{change}"), Role::PasswordUser).await;
        let second = world.sign_in(&person).await.unwrap();
        assert!(world.caller_on(&other, &person.session_token).await.is_some());
        let id = person.id;
        match change {
            "lock" => {
                let lock = users::Lock {
                    id,
                    reason: String::new(),
                };
                world.gate.write(&administrator.caller, lock).await.unwrap();
            }
            "role" => {
                let raise = users::ChangeRole {
                    id,
                    role: Role::PasswordAuditor,
                };
                world.gate.write(&administrator.caller, raise).await.unwrap();
            }
            "password" => {
                let change = users::ChangeMyPassword {
                    current: person.password.clone(),
                    new: Secret::new("violet anchor meadow trumpet"),
                };
                world.gate.remote(&second.caller, change).await.unwrap();
                assert!(
                    world.caller_on(&other, &second.session_token).await.is_some(),
                    "the one that asked lives on"
                );
            }
            _ => {
                assert_eq!(
                    world
                        .gate
                        .write(&second.caller, EndAll { keep_current: false })
                        .await
                        .unwrap(),
                    2
                );
            }
        }
        assert!(
            world.caller_on(&other, &person.session_token).await.is_none(),
            "{change}"
        );
        assert!(world.caller(&person.session_token).await.is_none(), "{change}");
    }
}

#[tokio::test]
async fn an_own_password_is_changed_with_the_current_one_only() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let new = Secret::new("violet anchor meadow trumpet");
    let change = |current: &Secret, new: &Secret| users::ChangeMyPassword {
        current: current.clone(),
        new: new.clone(),
    };
    let before = world.last_entry().await;

    let wrong = world.gate.remote(&alice.caller, change(&new, &new)).await;
    let weak = world
        .gate
        .remote(
            &alice.caller,
            change(&alice.password, &Secret::new("password123")),
        )
        .await;
    let right = world
        .gate
        .remote(&alice.caller, change(&alice.password, &new))
        .await;

    assert!(matches!(wrong, Err(OpError::Invalid(fields)) if fields[0].field == "current"));
    assert!(matches!(weak, Err(OpError::Invalid(fields)) if fields[0].field == "new"));
    assert!(right.is_ok());
    assert_eq!(world.trail_after(before).await[0], "user.change_my_password deny");
    assert!(world.sign_in(&alice).await.is_err(), "the old password is dead");
    let renewed = portcullis_testkit::Person {
        password: new,
        ..alice
    };
    assert!(world.sign_in(&renewed).await.is_ok());
}

#[tokio::test]
async fn the_current_password_cannot_be_guessed_in_the_form_that_changes_it() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let change = |current: &str| users::ChangeMyPassword {
        current: Secret::new(current),
        new: Secret::new("violet anchor meadow trumpet"),
    };
    for _ in 0..5 {
        world
            .gate
            .remote(&alice.caller, change("a guess"))
            .await
            .unwrap_err();
    }

    let sixth = world
        .gate
        .remote(&alice.caller, change(alice.password.expose()))
        .await;

    assert!(matches!(sixth, Err(OpError::TooMany { retry_after }) if retry_after == Duration::from_secs(1)));
}

#[tokio::test]
async fn an_idle_session_ends() {
    let world = World::new().await;
    for (role, minutes) in [(Role::PasswordUser, 60), (Role::Administrator, 15)] {
        let person = world.user(&format!("idle-{minutes}"), role).await;
        let person = world.sign_in(&person).await.unwrap();
        world
            .clock
            .advance((minutes * MINUTE).checked_sub(Duration::from_secs(1)).unwrap());
        assert!(
            world.caller(&person.session_token).await.is_some(),
            "{role} at the last second"
        );
        world.clock.advance(minutes * MINUTE);
        assert!(world.caller(&person.session_token).await.is_none(), "{role}");
    }
}

#[tokio::test]
async fn a_busy_session_ends_too() {
    let world = World::new().await;
    for (role, hours) in [(Role::PasswordUser, 24), (Role::Administrator, 12)] {
        let person = world.user(&format!("busy-{hours}"), role).await;
        let person = world.sign_in(&person).await.unwrap();
        for _ in 1..hours * 6 {
            world.clock.advance(10 * MINUTE);
            assert!(world.caller(&person.session_token).await.is_some(), "{role}");
        }
        world.clock.advance(10 * MINUTE);
        assert!(world.caller(&person.session_token).await.is_none(), "{role}");
    }
}

#[tokio::test]
async fn c8_a_clock_that_goes_back_extends_nothing() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let alice = world.sign_in(&alice).await.unwrap();
    let signed_in_at = world.clock.now();
    world.clock.set(signed_in_at - 120 * MINUTE);
    assert!(world.caller(&alice.session_token).await.is_some());
    let ends = world
        .texts("SELECT CAST(MAX(ends_at) AS TEXT) FROM sessions")
        .await;

    world.clock.set(signed_in_at + 60 * MINUTE);

    assert!(world.caller(&alice.session_token).await.is_none());
    assert_eq!(
        ends[0].parse::<i64>().unwrap(),
        (signed_in_at + 24 * 60 * MINUTE).micros()
    );
}

#[tokio::test]
async fn c8_a_clock_that_jumps_forward_ends_sessions() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    world.clock.advance(120 * MINUTE);

    assert!(world.caller(&alice.session_token).await.is_none());
}

#[tokio::test]
async fn signing_out_ends_this_session_and_no_other() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let second = world.sign_in(&alice).await.unwrap();

    world.gate.write(&second.caller, SignOut).await.unwrap();

    assert!(world.caller(&second.session_token).await.is_none());
    assert!(world.caller(&alice.session_token).await.is_some());
}

#[tokio::test]
async fn a_person_sees_and_ends_only_their_own_sessions() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let bob = world.user("bob", Role::PasswordUser).await;
    let second = world.sign_in(&alice).await.unwrap();
    let mine = world.gate.read(&second.caller, ListMine).await.unwrap();
    assert_eq!(mine.len(), 2);
    let first = mine.iter().find(|session| !session.current).unwrap();

    let by_bob = world.gate.write(&bob.caller, End { id: first.id }).await;
    assert!(matches!(by_bob, Err(OpError::NotFound)));
    assert!(world.caller(&alice.session_token).await.is_some());

    world
        .gate
        .write(&second.caller, End { id: first.id })
        .await
        .unwrap();
    assert!(world.caller(&alice.session_token).await.is_none());
    assert!(world.caller(&second.session_token).await.is_some());
}

#[tokio::test]
async fn the_database_holds_no_token_in_clear() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let digest = world.bytes(&portcullis_crypto::sha256(&[alice
        .session_token
        .expose()
        .as_bytes()]));
    let clear = world.bytes(alice.session_token.expose().as_bytes());

    assert_eq!(
        world
            .count(&format!("sessions WHERE token_digest = {digest}"))
            .await,
        1
    );
    assert_eq!(
        world
            .count(&format!("sessions WHERE token_digest = {clear}"))
            .await,
        0
    );
}
