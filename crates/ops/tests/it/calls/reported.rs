//! Somebody on the phone says that it is not them.

use portcullis_model::FactorKind;
use portcullis_ops::factors::{self, SwitchOn};
use portcullis_ops::identify::{self, Session};
use portcullis_ops::mfa_policy::{Blocked, Reason};
use portcullis_ops::sessions::{Ask, Asked};
use portcullis_ops::sign_in::{Find, LoginStep, PasswordStep};
use portcullis_ops::{Gate, OpError};
use portcullis_telephony::Outcome;
use portcullis_testkit::{Person, World};

use super::{GRANTED, NUMBER, alice, prove, ring, set_number};

const FRAUD: Outcome = Outcome::Fraud { block: true };

fn reset(person: &Person, method: FactorKind) -> factors::Reset {
    factors::Reset {
        id: person.id,
        method,
        reason: "lost".to_owned(),
    }
}

fn begin() -> factors::Begin {
    factors::Begin {
        method: FactorKind::Phone,
        details: NUMBER.to_owned(),
    }
}

/// Somebody presses 0# at the second step of alice.
async fn report(world: &World, alice: &Person) {
    let token = world.pass_password(&world.gate, alice).await;
    ring(world, &world.gate, &token).await;
    world.switchboard.end(FRAUD);
    world
        .until("the phone is off", async || {
            world.count("switched_off").await == 1
        })
        .await;
}

fn is_refused<T>(result: &Result<T, OpError>) -> bool {
    matches!(result, Err(OpError::Conflict(why)) if why.contains("Only an administrator can switch them on again"))
}

#[tokio::test]
async fn somebody_who_presses_0_pound_ends_the_sign_in_and_is_not_called_any_more() {
    let world = World::new().await;
    world.set_mail().await;
    let alice = alice(&world).await;
    let token = world.pass_password(&world.gate, &alice).await;
    let other = world.pass_password(&world.gate, &alice).await;
    ring(&world, &world.gate, &token).await;
    world.switchboard.end(FRAUD);

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
        world
            .gate
            .write(&administrator, reset(&alice, method))
            .await
            .unwrap();
    }
    report(&world, &alice).await;

    let token = world.begin(&world.gate, "alice").await;
    let step = world.prove_password(&world.gate, &token, &alice.password).await;

    let Ok(PasswordStep::Blocked { why, .. }) = step else {
        panic!("nothing is left");
    };
    assert_eq!(why, Blocked::Reported);
    assert_eq!(why.text(), "Switched off after a call was reported as not wanted");
}

#[tokio::test]
async fn who_has_backup_codes_beside_the_reported_phone_cannot_set_it_up_again() {
    let world = World::new().await;
    let alice = alice(&world).await;
    report(&world, &alice).await;

    let token = world.begin(&world.gate, "alice").await;
    let step = world.prove_password(&world.gate, &token, &alice.password).await;

    assert!(matches!(
        step,
        Ok(PasswordStep::Blocked {
            why: Blocked::Reported,
            ..
        })
    ));
    assert!(world.explain(alice.id).await.effective.to_set_up.is_empty());
}

#[tokio::test]
async fn a_reported_phone_stays_off_until_an_administrator_lifts_it() {
    let world = World::new().await;
    let alice = alice(&world).await;
    let own = [FactorKind::Phone, FactorKind::Totp];
    report(&world, &alice).await;
    world.require_of(alice.id, &own).await;
    let me = world.sign_in(&alice).await.unwrap().caller;

    assert!(is_refused(&world.gate.write(&me, begin()).await));
    let method = FactorKind::Phone;
    assert!(is_refused(&world.gate.write(&me, SwitchOn { method }).await));
    assert_eq!(world.count("switched_off").await, 1);

    let administrator = world.fresh_administrator().await;
    world
        .gate
        .write(&administrator, reset(&alice, method))
        .await
        .unwrap();
    let me = world.sign_in(&alice).await.unwrap().caller;
    world.gate.write(&me, begin()).await.unwrap();
}

#[tokio::test]
async fn a_number_that_was_begun_before_the_report_is_no_way_around_it() {
    let world = World::new().await;
    let alice = alice(&world).await;
    world
        .require_of(alice.id, &[FactorKind::Phone, FactorKind::Totp])
        .await;
    let me = world.sign_in(&alice).await.unwrap().caller;
    world.gate.write(&me, begin()).await.unwrap();
    world.gate.write(&me, factors::Call).await.unwrap();
    world.place_calls(&world.gate).await;
    world.switchboard.end(GRANTED);
    world
        .until("the call said yes", async || {
            let pending = world.gate.read(&me, factors::Pending).await.unwrap();
            pending.call.is_some_and(|call| call.outcome.is_some())
        })
        .await;
    world
        .sql(&format!(
            "INSERT INTO switched_off (user_id, kind, at) VALUES ({}, 'phone', 0)",
            world.id(alice.id.0)
        ))
        .await;

    let confirm = factors::Confirm {
        code: portcullis_model::Secret::new(""),
        name: String::new(),
    };
    assert!(is_refused(&world.gate.remote(&me, confirm).await));

    assert!(is_refused(&world.gate.write(&me, factors::Call).await));
    assert_eq!(world.count("switched_off").await, 1);
    assert_eq!(
        world
            .count("factors WHERE kind = 'phone' AND state = 'active'")
            .await,
        1
    );
    set_number(&world, &alice, NUMBER).await.unwrap();
    assert_eq!(world.count("switched_off").await, 0);
}

async fn session(gate: &Gate, person: &Person) -> Session {
    let request = gate.request_id();
    identify::session(gate, &person.session_token, "192.0.2.7", &request)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_session_that_was_reported_while_it_confirmed_is_over_and_its_browser_hears_why() {
    let world = World::new().await;
    let alice = alice(&world).await;
    let other = world.second_node().await;
    world
        .require_of(alice.id, &[FactorKind::Phone, FactorKind::Totp])
        .await;
    let reported = world.sign_in(&alice).await.unwrap();
    let elsewhere = world.sign_in(&alice).await.unwrap();
    let ask = Ask {
        method: FactorKind::Phone,
    };
    let asked = world.gate.remote(&reported.caller, ask).await.unwrap();
    assert!(matches!(asked, Asked::Calling));
    world.place_calls(&world.gate).await;

    world.switchboard.end(FRAUD);

    world
        .until("the session is over", async || {
            matches!(session(&other, &reported).await, Session::Reported)
        })
        .await;
    assert!(matches!(session(&other, &elsewhere).await, Session::Alive(_)));
    let mine = world
        .gate
        .read(&elsewhere.caller, portcullis_ops::sessions::ListMine)
        .await
        .unwrap();
    assert!(
        mine.iter()
            .all(|session| Some(session.id) != reported.caller.session)
    );
    world
        .gate
        .write(&world.job(), portcullis_ops::jobs::Sweep)
        .await
        .unwrap();
    world.clock.advance(std::time::Duration::from_secs(1));
    world
        .gate
        .write(&world.job(), portcullis_ops::jobs::Sweep)
        .await
        .unwrap();
    assert!(matches!(session(&other, &reported).await, Session::Over));
}
