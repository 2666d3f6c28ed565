//! What is tried against it: guessing, helping oneself, deciding twice, coming without a password.

use portcullis_model::{Role, Secret};
use portcullis_ops::recovery::{Approved, Deny, FindMine};
use portcullis_ops::sign_in::FactorStep;
use portcullis_ops::{Gate, OpError};
use portcullis_testkit::World;

use super::{approval, approve, ask, asked, state, waiting, words};

#[tokio::test]
async fn who_knows_only_the_name_can_ask_nobody() {
    let world = World::new().await;
    world.user("alice", Role::PasswordUser).await;
    for name in ["alice", "nobody"] {
        let token = world.begin(&world.gate, name).await;
        let wrong = Secret::new("not the password");
        world.prove_password(&world.gate, &token, &wrong).await.unwrap();

        assert!(matches!(ask(&world, &token).await, Err(OpError::Expired)));
        let find = FindMine { token: token.clone() };
        assert!(matches!(
            world.gate.read(&world.anonymous(), find).await,
            Err(OpError::Expired)
        ));
    }
    assert!(waiting(&world).await.is_empty());
}

#[tokio::test]
async fn wrong_words_are_counted_and_close_the_request_even_for_the_right_ones() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let other = world.user("other", Role::Administrator).await;
    let token = asked(&world, &alice).await;
    let spoken = words(&world, &token).await;
    let id = waiting(&world).await[0].id;
    let administrator = world.fresh_administrator().await;
    let other = world.sign_in(&other).await.unwrap().caller;
    let mut swapped: Vec<&str> = spoken.split(' ').collect();
    swapped.swap(0, 5);
    let before = world.last_entry().await;

    let mut left = Vec::new();
    for (by, words) in [
        (&administrator, swapped.join(" ")),
        (&other, String::new()),
        (&administrator, spoken.replace(' ', "x ")),
    ] {
        match world.gate.write(by, approval(id, &words)).await.unwrap() {
            Approved::WrongWords { tries_left } => left.push(tries_left),
            _ => panic!("these are not the words"),
        }
    }
    let late = world.gate.write(&administrator, approval(id, &spoken)).await;

    assert_eq!(left, [2, 1, 0]);
    assert!(matches!(late, Err(OpError::Conflict(_))));
    assert_eq!(state(&world, &token).await, "closed");
    assert_eq!(world.count("factors WHERE kind = 'temporary_pass'").await, 0);
    let trail = world.trail_after(before).await;
    assert_eq!(
        trail,
        [
            "recovery.approve deny",
            "recovery.approve deny",
            "recovery.approve deny",
            "recovery.approve fail"
        ]
    );
}

#[tokio::test]
async fn nobody_approves_their_own_request_nor_one_of_somebody_above_them() {
    let world = World::new().await;
    let administrator = world.administrator().await;
    let lesser = world.user("lesser", Role::Administrator).await;
    let own = asked(&world, &lesser).await;
    let of_lesser = words(&world, &own).await;
    let lesser = world.sign_in(&lesser).await.unwrap();

    let alone = approve(&world, &lesser.caller, &of_lesser).await;
    assert!(matches!(alone, Err(OpError::Conflict(_))));

    let above = asked(&world, &administrator).await;
    let of_above = words(&world, &above).await;
    let request = waiting(&world)
        .await
        .into_iter()
        .find(|request| request.username == "admin");
    let id = request.unwrap().id;
    let approved = world.gate.write(&lesser.caller, approval(id, &of_above)).await;
    let denied = world
        .gate
        .write(
            &lesser.caller,
            Deny {
                id,
                reason: "no".to_owned(),
            },
        )
        .await;

    assert!(matches!(approved, Err(OpError::Denied)));
    assert!(matches!(denied, Err(OpError::Denied)));
}

#[tokio::test]
async fn two_administrators_on_two_nodes_at_once_give_one_pass() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let second = world.user("second", Role::Administrator).await;
    let token = asked(&world, &alice).await;
    let spoken = words(&world, &token).await;
    let id = waiting(&world).await[0].id;
    let callers = [
        world.fresh_administrator().await,
        world.sign_in(&second).await.unwrap().caller,
    ];
    let nodes: [Gate; 2] = [world.second_node().await, world.second_node().await];
    let mut tries = tokio::task::JoinSet::new();
    for round in 0..6 {
        let (gate, caller, words) = (
            nodes[round % 2].clone(),
            callers[round % 2].clone(),
            spoken.clone(),
        );
        tries.spawn(async move { gate.write(&caller, approval(id, &words)).await });
    }

    let (mut granted, mut refused) = (0, 0);
    while let Some(result) = tries.join_next().await {
        match result.unwrap() {
            Ok(Approved::Granted(_)) => granted += 1,
            Err(OpError::Conflict(_) | OpError::Busy { .. }) => refused += 1,
            _ => panic!("neither a pass nor a refusal"),
        }
    }

    assert_eq!((granted, refused), (1, 5));
    assert_eq!(world.count("factors WHERE kind = 'temporary_pass'").await, 1);
}

#[tokio::test]
async fn a_link_from_a_letter_is_no_password_and_asks_nobody() {
    use portcullis_ops::sign_in::{ForgotPassword, RedeemReset};

    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    world.set_mail().await;
    let forgot = ForgotPassword {
        username: "alice".to_owned(),
        email: "alice@example.org".to_owned(),
    };
    world.gate.write(&world.anonymous(), forgot).await.unwrap();
    world.send_letters().await;
    let letter = world.mailbox.to("alice@example.org").pop().unwrap();
    let (_, rest) = letter.text.split_once("token=").unwrap();
    let redeem = RedeemReset {
        token: Secret::new(rest.split_whitespace().next().unwrap()),
        password: Secret::new("river candle mosaic thunder"),
        agent: "Firefox".to_owned(),
        browser: None,
    };
    let token = world.gate.remote(&world.anonymous(), redeem).await.unwrap();

    let asked = ask(&world, &token).await;

    assert!(matches!(asked, Err(OpError::Conflict(_))));
    // The way on is still there.
    let step = world
        .prove_factor(&world.gate, &token, &alice.code(&world))
        .await
        .unwrap();
    assert!(matches!(step, FactorStep::Passed { .. }));
}
