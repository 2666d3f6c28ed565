//! The hash function and the length of an app's codes, as the policy sets them.

use portcullis_model::{AppCodes, FactorKind, OtpHash, PolicyChange, Role, SitePolicy};
use portcullis_ops::OpError;
use portcullis_ops::sign_in::{FactorStep, Find};
use portcullis_testkit::{Person, World};

async fn set(world: &World, app: AppCodes) -> Result<(), OpError> {
    let site = SitePolicy {
        app,
        ..SitePolicy::default()
    };
    let change = PolicyChange {
        site: Some(site),
        ..PolicyChange::default()
    };
    world.apply(change).await.map(drop)
}

/// Signs in with the app, and tells how long the page says that a code is.
async fn sign_in(world: &World, person: &Person) -> Vec<u8> {
    let token = world.pass_password(&world.gate, person).await;
    let find = Find { token: token.clone() };
    let view = world.gate.read(&world.anonymous(), find).await.unwrap();
    assert_eq!(view.method, Some(FactorKind::Totp));
    let step = world
        .prove_factor(&world.gate, &token, &person.code(world))
        .await
        .unwrap();
    assert!(matches!(step, FactorStep::Passed { .. }));
    view.code_lengths
}

#[tokio::test]
async fn an_app_is_set_up_as_the_policy_says_and_stays_so() {
    let world = World::new().await;
    let early = world.user("early", Role::PasswordUser).await;
    let long = AppCodes {
        hash: OtpHash::Sha256,
        digits: 8,
    };
    set(&world, long).await.unwrap();
    let late = world.user("late", Role::PasswordUser).await;
    let longer = AppCodes {
        hash: OtpHash::Sha512,
        ..long
    };
    set(&world, longer).await.unwrap();

    assert_eq!(late.code(&world).expose().len(), 8);
    assert_eq!(sign_in(&world, &late).await, [8]);
    assert_eq!(sign_in(&world, &early).await, [6]);
}

#[tokio::test]
async fn a_length_that_no_app_knows_is_refused() {
    let world = World::new().await;
    for digits in [0, 5, 7, 10] {
        let app = AppCodes {
            digits,
            ..AppCodes::default()
        };

        let refused = set(&world, app).await;

        assert!(matches!(refused, Err(OpError::Invalid(_))), "{digits}");
    }
}
