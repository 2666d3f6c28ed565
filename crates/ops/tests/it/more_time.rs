//! Who is slow may ask for more time, as long as the policy lets them.

use std::time::Duration;

use portcullis_model::{PolicyChange, Role, Secret, SitePolicy};
use portcullis_ops::OpError;
use portcullis_ops::sign_in::{FactorStep, Find, MoreTime};
use portcullis_testkit::World;

use crate::policy::{EMAIL, company};

async fn more_time(world: &World, token: &Secret) -> Result<(), OpError> {
    let operation = MoreTime { token: token.clone() };
    world.gate.write(&world.anonymous(), operation).await
}

async fn may_ask(world: &World, token: &Secret) -> bool {
    let find = Find { token: token.clone() };
    world.gate.read(&world.anonymous(), find).await.unwrap().more_time
}

#[tokio::test]
async fn the_time_for_a_code_begins_anew_ten_times_and_tries_do_not() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let token = world.pass_password(&world.gate, &alice).await;
    let wrong = world
        .prove_factor(&world.gate, &token, &alice.wrong_code(&world))
        .await;
    assert!(matches!(wrong, Ok(FactorStep::Wrong { tries_left: 3 })));

    for round in 1..=10 {
        world.clock.advance(Duration::from_secs(119));
        assert!(may_ask(&world, &token).await);
        more_time(&world, &token)
            .await
            .unwrap_or_else(|error| panic!("round {round}: {error}"));
    }
    // 11 times 120 s in all, of which 1,290 s are gone; half a minute is left to be had.
    world.clock.advance(Duration::from_secs(100));
    more_time(&world, &token).await.unwrap();
    assert!(matches!(
        more_time(&world, &token).await,
        Err(OpError::Conflict(_))
    ));
    let wrong = world
        .prove_factor(&world.gate, &token, &alice.wrong_code(&world))
        .await;
    assert!(matches!(wrong, Ok(FactorStep::Wrong { tries_left: 2 })));
    world.clock.advance(Duration::from_secs(30));
    assert!(matches!(more_time(&world, &token).await, Err(OpError::Expired)));
    let late = world.prove_factor(&world.gate, &token, &alice.code(&world)).await;
    assert!(matches!(late, Ok(FactorStep::TimedOut)));
}

#[tokio::test]
async fn a_code_sent_by_mail_gets_no_older_than_ten_minutes() {
    let world = company().await;
    let vera = world.user("vera", Role::PasswordUser).await;
    world.require_of(vera.id, EMAIL).await;
    let token = world.pass_password(&world.gate, &vera).await;
    world.challenge(&world.gate, &token).await.unwrap();

    world.clock.advance(Duration::from_mins(9));
    let refused = more_time(&world, &token).await;
    world.challenge(&world.gate, &token).await.unwrap();
    more_time(&world, &token).await.unwrap();

    assert!(matches!(refused, Err(OpError::Conflict(_))));
    world.clock.advance(Duration::from_mins(9));
    assert!(world.gate.read(&world.anonymous(), Find { token }).await.is_ok());
}

#[tokio::test]
async fn where_the_policy_is_strict_nobody_gets_more_time() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let site = SitePolicy {
        strict_time: true,
        ..SitePolicy::default()
    };
    let change = PolicyChange {
        site: Some(site),
        ..PolicyChange::default()
    };
    world.apply(change).await.unwrap();
    let token = world.pass_password(&world.gate, &alice).await;

    assert!(!may_ask(&world, &token).await);
    assert!(matches!(
        more_time(&world, &token).await,
        Err(OpError::Conflict(_))
    ));
}
