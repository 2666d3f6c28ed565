//! Somebody on the phone says that it is not them.

use portcullis_model::FactorKind;
use portcullis_ops::OpError;
use portcullis_ops::factors;
use portcullis_ops::mfa_policy::{Blocked, Reason};
use portcullis_ops::sign_in::{Find, LoginStep, PasswordStep};
use portcullis_telephony::Outcome;
use portcullis_testkit::World;

use super::{alice, prove, ring};

#[tokio::test]
async fn somebody_who_presses_0_pound_ends_the_sign_in_and_is_not_called_any_more() {
    let world = World::new().await;
    world.set_mail().await;
    let alice = alice(&world).await;
    let token = world.pass_password(&world.gate, &alice).await;
    let other = world.pass_password(&world.gate, &alice).await;
    ring(&world, &world.gate, &token).await;
    world.switchboard.end(Outcome::Fraud { block: true });

    world
        .until("the login is stopped", async || {
            let find = Find { token: token.clone() };
            let login = world.gate.read(&world.anonymous(), find).await;
            matches!(login, Ok(login) if login.step == LoginStep::Reported)
        })
        .await;
    assert!(matches!(prove(&world, &token).await, Err(OpError::Expired)));
    assert!(matches!(prove(&world, &other).await, Err(OpError::Expired)));
    let explained = world.explain(alice.id).await;
    assert_eq!(explained.effective.switched_off, [FactorKind::Phone]);
    let why: Vec<String> = explained.effective.reasons.iter().map(Reason::text).collect();
    let off = "Switched off after a call was reported as not wanted: Phone Call.";
    assert!(why.iter().any(|reason| reason == off), "{why:?}");
    world.send_letters().await;
    let told = |to: &str| {
        world
            .mailbox
            .to(to)
            .iter()
            .filter(|letter| letter.subject.contains("reported as not wanted"))
            .count()
    };
    assert_eq!((told("alice@example.org"), told("admin@example.org")), (1, 1));
}

#[tokio::test]
async fn who_has_nothing_but_the_reported_phone_hears_why() {
    let world = World::new().await;
    let alice = alice(&world).await;
    world.require_of(alice.id, &[FactorKind::Phone]).await;
    let administrator = world.fresh_administrator().await;
    for method in [FactorKind::Totp, FactorKind::BackupCode] {
        let reset = factors::Reset {
            id: alice.id,
            method,
            reason: "lost".to_owned(),
        };
        world.gate.write(&administrator, reset).await.unwrap();
    }
    let token = world.pass_password(&world.gate, &alice).await;
    ring(&world, &world.gate, &token).await;
    world.switchboard.end(Outcome::Fraud { block: true });
    world
        .until("the phone is off", async || {
            world.count("switched_off").await == 1
        })
        .await;

    let token = world.begin(&world.gate, "alice").await;
    let step = world.prove_password(&world.gate, &token, &alice.password).await;

    let Ok(PasswordStep::Blocked { why, .. }) = step else {
        panic!("nothing is left");
    };
    assert_eq!(why, Blocked::Reported);
    assert_eq!(why.text(), "Switched off after a call was reported as not wanted");
}
