use std::time::Duration;

use portcullis_model::{FactorKind, Role, Secret};
use portcullis_ops::sign_in::{Cancel, ChooseMethod, FactorStep, Find, LoginStep, PasswordStep};
use portcullis_ops::{OpError, users};
use portcullis_testkit::{Person, World};

async fn world_with_alice() -> (World, Person) {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    (world, alice)
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

async fn try_code(world: &World, token: &Secret, code: &Secret) -> FactorStep {
    world.prove_factor(&world.gate, token, code).await.unwrap()
}

#[tokio::test]
async fn a_person_signs_in_with_name_password_and_code() {
    let (world, alice) = world_with_alice().await;
    let before = world.last_entry().await;

    let token = world.begin(&world.gate, " ALICE ").await;
    let named = world
        .gate
        .read(&world.anonymous(), Find { token: token.clone() })
        .await
        .unwrap();
    let step = world
        .prove_password(&world.gate, &token, &alice.password)
        .await
        .unwrap();
    let PasswordStep::Passed { login_token } = step else {
        panic!("the password is right")
    };
    let half = world
        .gate
        .read(
            &world.anonymous(),
            Find {
                token: login_token.clone(),
            },
        )
        .await
        .unwrap();
    let step = try_code(&world, &login_token, &alice.code(&world)).await;
    let FactorStep::Passed {
        session_token,
        method,
        codes_left,
        ..
    } = step
    else {
        panic!("the code is right")
    };

    assert_eq!(
        (named.step, &*named.username, named.methods.len()),
        (LoginStep::Password, "alice", 0)
    );
    assert_eq!(
        (half.step, half.method, half.tries_left),
        (LoginStep::Factor, Some(FactorKind::Totp), 4)
    );
    assert_eq!(half.methods, [FactorKind::BackupCode, FactorKind::Totp]);
    assert_eq!(half.seconds_left, 120);
    assert_eq!((method, codes_left), (FactorKind::Totp, None));
    assert_eq!(world.caller(&session_token).await.unwrap().user(), Some(alice.id));
    let entries = world.entries_after(before).await;
    let lines: Vec<_> = entries
        .iter()
        .map(|entry| [&*entry.operation, &*entry.subject, &*entry.message])
        .collect();
    assert_eq!(
        lines,
        [
            [
                "login.prove_password",
                "alice",
                "Login pre-authenticated, await verification. MFA method: Authenticator App"
            ],
            [
                "login.prove_factor",
                "alice",
                "Login verified. MFA method: Authenticator App"
            ],
        ]
    );
}

#[tokio::test]
async fn a1_nobody_can_tell_why_a_name_and_password_were_refused() {
    let (world, _) = world_with_alice().await;
    let locked = world.user("lou", Role::PasswordUser).await;
    world.invite("ida", Role::PasswordUser).await;
    let administrator = world.administrator().await;
    let lock = users::Lock {
        id: locked.id,
        reason: String::new(),
    };
    world.gate.write(&administrator.caller, lock).await.unwrap();
    let cases = [
        ("alice", Secret::new("not the password")),
        ("lou", locked.password.clone()),
        ("ida", Secret::new("lamp copper orbit thistle ida")),
        ("nobody", Secret::new("not the password")),
        ("no body", Secret::new("not the password")),
        ("alice", Secret::new("")),
        ("alice", Secret::new("\0")),
    ];

    for (username, password) in cases {
        let before = world.last_entry().await;
        let token = world.begin(&world.gate, username).await;
        let view = world
            .gate
            .read(&world.anonymous(), Find { token: token.clone() })
            .await
            .unwrap();
        let step = world
            .prove_password(&world.gate, &token, &password)
            .await
            .unwrap();

        assert!(matches!(step, PasswordStep::Wrong), "{username}");
        assert_eq!(
            (view.step, view.methods.len(), view.seconds_left),
            (LoginStep::Password, 0, 600)
        );
        let entries = world.entries_after(before).await;
        assert_eq!(entries.len(), 1, "{username}");
        let entry = &entries[0];
        assert_eq!(
            [&*entry.operation, &*entry.outcome, &*entry.subject],
            ["login.prove_password", "deny", username]
        );
        assert_eq!(entry.message, "Username or password is incorrect.");
        assert_eq!(
            (entry.actor_id, entry.subject_id, &*entry.actor),
            (None, None, "")
        );
    }
}

#[tokio::test]
async fn a_wrong_code_may_be_tried_again_three_times() {
    let (world, alice) = world_with_alice().await;
    let token = world.pass_password(&world.gate, &alice).await;
    let before = world.last_entry().await;
    let wrong = alice.wrong_code(&world);

    for left in [3, 2, 1] {
        let step = try_code(&world, &token, &wrong).await;
        assert!(matches!(step, FactorStep::Wrong { tries_left } if tries_left == left));
    }
    let last = try_code(&world, &token, &wrong).await;
    let after = world.prove_factor(&world.gate, &token, &alice.code(&world)).await;

    assert!(matches!(last, FactorStep::TooManyFailures));
    assert!(matches!(after, Err(OpError::Expired)), "the login is over");
    let messages: Vec<_> = world
        .entries_after(before)
        .await
        .into_iter()
        .map(|entry| entry.message)
        .collect();
    let incorrect = "Login error. MFA method: Authenticator App, MFA error: Incorrect verification code.";
    let too_many = "Login error. MFA method: Authenticator App, MFA error: \
                    Too many failed attempts with incorrect verification code.";
    assert_eq!(messages, [incorrect, incorrect, incorrect, too_many]);
    assert!(
        world
            .trail_after(before)
            .await
            .iter()
            .all(|line| line == "login.prove_factor deny")
    );
}

#[tokio::test]
async fn the_fourth_code_may_be_the_right_one() {
    let (world, alice) = world_with_alice().await;
    let token = world.pass_password(&world.gate, &alice).await;
    for _ in 0..3 {
        try_code(&world, &token, &alice.wrong_code(&world)).await;
    }

    assert!(matches!(
        try_code(&world, &token, &alice.code(&world)).await,
        FactorStep::Passed { .. }
    ));
}

#[tokio::test]
async fn the_code_must_come_within_two_minutes() {
    let (world, alice) = world_with_alice().await;
    let (in_time, too_late) = (
        world.pass_password(&world.gate, &alice).await,
        world.pass_password(&world.gate, &alice).await,
    );
    world.clock.advance(seconds(119));
    assert!(matches!(
        try_code(&world, &in_time, &alice.code(&world)).await,
        FactorStep::Passed { .. }
    ));
    world.clock.advance(seconds(1));
    let before = world.last_entry().await;

    let step = try_code(&world, &too_late, &alice.code_at(&world, 1)).await;

    assert!(matches!(step, FactorStep::TimedOut));
    assert_eq!(
        world.entries_after(before).await[0].message,
        "Login error. MFA method: Authenticator App, MFA error: \
         Correct verification code was not entered before timeout."
    );
    let again = world
        .prove_factor(&world.gate, &too_late, &alice.code(&world))
        .await;
    assert!(matches!(again, Err(OpError::Expired)));
}

#[tokio::test]
async fn choosing_another_method_buys_neither_time_nor_tries() {
    let (world, alice) = world_with_alice().await;
    let token = world.pass_password(&world.gate, &alice).await;
    let choose = |method| ChooseMethod {
        token: token.clone(),
        method,
    };
    for method in [FactorKind::BackupCode, FactorKind::Totp, FactorKind::BackupCode] {
        try_code(&world, &token, &alice.wrong_code(&world)).await;
        world
            .gate
            .write(&world.anonymous(), choose(method))
            .await
            .unwrap();
    }
    let view = world
        .gate
        .read(&world.anonymous(), Find { token: token.clone() })
        .await
        .unwrap();
    assert_eq!((view.tries_left, view.method), (1, Some(FactorKind::BackupCode)));
    world.clock.advance(seconds(60));
    world
        .gate
        .write(&world.anonymous(), choose(FactorKind::Totp))
        .await
        .unwrap();
    world.clock.advance(seconds(60));

    let chosen = world
        .gate
        .write(&world.anonymous(), choose(FactorKind::Totp))
        .await;
    let step = try_code(&world, &token, &alice.code(&world)).await;

    assert!(matches!(chosen, Err(OpError::Expired)));
    assert!(matches!(step, FactorStep::TimedOut));
}

#[tokio::test]
async fn the_password_must_come_within_ten_minutes() {
    let (world, alice) = world_with_alice().await;
    let token = world.begin(&world.gate, "alice").await;
    world.clock.advance(seconds(600));

    let step = world
        .prove_password(&world.gate, &token, &alice.password)
        .await
        .unwrap();

    assert!(matches!(step, PasswordStep::TimedOut));
}

#[tokio::test]
async fn c1_every_stage_has_a_token_of_its_own() {
    let (world, alice) = world_with_alice().await;
    let named = world.begin(&world.gate, "alice").await;
    let step = world
        .prove_password(&world.gate, &named, &alice.password)
        .await
        .unwrap();
    let PasswordStep::Passed { login_token: half } = step else {
        panic!("the password is right")
    };

    assert!(matches!(
        world.prove_password(&world.gate, &named, &alice.password).await,
        Err(OpError::Expired)
    ));
    assert!(matches!(
        world.prove_password(&world.gate, &half, &alice.password).await,
        Err(OpError::Expired)
    ));
    assert!(matches!(
        world.prove_factor(&world.gate, &named, &alice.code(&world)).await,
        Err(OpError::Expired)
    ));
    for unfinished in [&named, &half] {
        assert!(
            world.caller(unfinished).await.is_none(),
            "half a login opens nothing"
        );
    }

    let step = try_code(&world, &half, &alice.code(&world)).await;
    let FactorStep::Passed { session_token, .. } = step else {
        panic!("the code is right")
    };
    let next = alice.code_at(&world, 1);
    world.clock.advance(seconds(30));
    for old in [&named, &half, &session_token] {
        assert!(matches!(
            world.prove_factor(&world.gate, old, &next).await,
            Err(OpError::Expired)
        ));
    }
    assert!(world.caller(&half).await.is_none());
    let tokens = [named.expose(), half.expose(), session_token.expose()];
    assert!(tokens[0] != tokens[1] && tokens[1] != tokens[2] && tokens[0] != tokens[2]);
}

#[tokio::test]
async fn a_cancelled_login_is_over() {
    let (world, alice) = world_with_alice().await;
    let token = world.pass_password(&world.gate, &alice).await;

    world
        .gate
        .write(&world.anonymous(), Cancel { token: token.clone() })
        .await
        .unwrap();

    assert!(matches!(
        world.prove_factor(&world.gate, &token, &alice.code(&world)).await,
        Err(OpError::Expired)
    ));
}

#[tokio::test]
async fn a_person_who_is_locked_in_between_gets_no_session() {
    let (world, alice) = world_with_alice().await;
    let administrator = world.administrator().await;
    let other = world.second_node().await;
    let named = world.begin(&other, "alice").await;
    let half = world.pass_password(&other, &alice).await;
    let lock = users::Lock {
        id: alice.id,
        reason: String::new(),
    };

    world.gate.write(&administrator.caller, lock).await.unwrap();

    assert!(matches!(
        world.prove_factor(&other, &half, &alice.code(&world)).await,
        Err(OpError::Expired)
    ));
    let step = world
        .prove_password(&other, &named, &alice.password)
        .await
        .unwrap();
    assert!(matches!(step, PasswordStep::Wrong));
    assert!(world.caller(&alice.session_token).await.is_none());
}

#[tokio::test]
async fn a_person_who_is_unlocked_signs_in_again() {
    let (world, alice) = world_with_alice().await;
    let administrator = world.administrator().await;
    let lock = users::Lock {
        id: alice.id,
        reason: "left her badge".to_owned(),
    };
    world.gate.write(&administrator.caller, lock).await.unwrap();
    assert!(world.sign_in(&alice).await.is_err());

    world
        .gate
        .write(&administrator.caller, users::Unlock { id: alice.id })
        .await
        .unwrap();

    assert!(world.sign_in(&alice).await.is_ok());
    assert!(
        world.caller(&alice.session_token).await.is_none(),
        "the old session stays dead"
    );
}
