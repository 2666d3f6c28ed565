//! A passkey as both proofs: only where the policy says so, and only one that verified its person.

use std::time::Duration;

use portcullis_model::{Caller, FactorKind, Requirement, Role, Secret, Shown};
use portcullis_ops::mfa_policy::Effect;
use portcullis_ops::sign_in::{Inspect, Opened, PasskeyStep};
use portcullis_ops::{OpError, factors, users};
use portcullis_testkit::security_key::{How, TestKey};
use portcullis_testkit::{Person, World};

/// A world where passkeys are enough, and Bob, who has one.
async fn world_with_bob() -> (World, Person, TestKey) {
    let world = World::new().await;
    let bob = world.user("bob", Role::PasswordUser).await;
    world.passkeys_alone(true).await;
    let key = TestKey::new("bob");
    world.add_key(&bob, &key, &world.honest(bob.id)).await;
    (world, bob, key)
}

async fn attempt(world: &World, key: &TestKey, how: &How) -> Result<PasskeyStep, OpError> {
    let offer = world.offer_passkey(&world.gate, None).await.unwrap();
    let answer = key.get(&offer.options, how);
    world.prove_passkey(&world.gate, &offer.token, answer).await
}

fn refused(step: &Result<PasskeyStep, OpError>) -> bool {
    matches!(step, Ok(PasskeyStep::Refused))
}

async fn who_is(world: &World, token: &Secret) -> Option<Caller> {
    world.caller(token).await
}

#[tokio::test]
async fn a_passkey_that_verified_its_person_opens_a_session_that_counts_as_fresh() {
    let (world, bob, key) = world_with_bob().await;
    let before = world.last_entry().await;

    let offer = world.offer_passkey(&world.gate, None).await.unwrap();
    let answer = key.get(&offer.options, &world.counting(bob.id, 2));
    // Any node can take the next step.
    let other = world.second_node().await;
    let step = world.prove_passkey(&other, &offer.token, answer).await;

    let Ok(PasskeyStep::Passed(Opened { session_token, .. })) = step else {
        panic!("the passkey is right");
    };
    let caller = who_is(&world, &session_token).await.unwrap();
    assert_eq!(caller.user(), Some(bob.id));
    // A change that takes a fresh second step is possible at once.
    let begin = factors::Begin {
        method: FactorKind::Totp,
        details: String::new(),
    };
    world.gate.write(&caller, begin).await.unwrap();
    let trail = world.trail_after(before).await;
    assert!(
        trail.contains(&"login.prove_passkey succeed".to_owned()),
        "{trail:?}"
    );
    let messages = world
        .texts("SELECT CAST(message AS TEXT) FROM audit WHERE operation = 'login.prove_passkey'")
        .await;
    assert_eq!(
        messages,
        ["Login verified. MFA method: Security Key A passkey was both proofs."]
    );
}

#[tokio::test]
async fn b14_what_is_not_an_honest_answer_is_refused_and_an_answer_works_once() {
    let (world, bob, key) = world_with_bob().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let good = || world.counting(bob.id, 2);
    let offer = world.offer_passkey(&world.gate, None).await.unwrap();
    let answer = key.get(&offer.options, &good());
    let passed = world.prove_passkey(&world.gate, &offer.token, &answer).await;
    assert!(matches!(passed, Ok(PasskeyStep::Passed(_))));

    let twice = world.prove_passkey(&world.gate, &offer.token, &answer).await;
    assert!(matches!(twice, Err(OpError::Expired)), "an offer is spent");
    let newer = world.offer_passkey(&world.gate, None).await.unwrap();
    assert!(refused(
        &world.prove_passkey(&world.gate, &newer.token, &answer).await
    ));
    for how in [
        How {
            origin: "https://badexample.com".to_owned(),
            ..good()
        },
        How {
            origin: "https://pw.example.org:8443".to_owned(),
            ..good()
        },
        How {
            cross_origin: true.into(),
            ..good()
        },
        How {
            rp_id: "example.org".to_owned(),
            ..good()
        },
        How {
            verified: false,
            ..world.counting(bob.id, 9)
        },
        How {
            present: false,
            ..world.counting(bob.id, 9)
        },
        // The counter stands still, which only a copy's does.
        world.counting(bob.id, 2),
        world.counting(bob.id, 1),
        // Bob's key in the name of Alice, of nobody, and of somebody who does not exist.
        world.counting(alice.id, 9),
        How {
            user_handle: None,
            ..world.counting(bob.id, 9)
        },
        How {
            user_handle: Some(vec![7; 16]),
            ..world.counting(bob.id, 9)
        },
    ] {
        assert!(refused(&attempt(&world, &key, &how).await), "{how:?}");
        // Wrong answers slow the next one down; that is not what is looked at here.
        world.sql("DELETE FROM guesses").await;
    }
    let stranger = TestKey::new("stranger");
    assert!(refused(
        &attempt(&world, &stranger, &world.counting(bob.id, 9)).await
    ));
    for garbage in ["", "{}", "null", "[]"] {
        let offer = world.offer_passkey(&world.gate, None).await.unwrap();
        let step = world.prove_passkey(&world.gate, &offer.token, garbage).await;
        assert!(refused(&step), "{garbage:?}");
    }
    let still = attempt(&world, &key, &world.counting(bob.id, 10)).await;
    assert!(matches!(still, Ok(PasskeyStep::Passed(_))));
}

#[tokio::test]
async fn an_offer_can_be_taken_for_five_minutes_and_is_the_same_for_one_browser() {
    let (world, bob, key) = world_with_bob().await;

    let first = world.offer_passkey(&world.gate, None).await.unwrap();
    let again = world
        .offer_passkey(&world.gate, Some(first.token.clone()))
        .await
        .unwrap();
    assert_eq!(first.options, again.options);
    assert_eq!(first.token.expose(), again.token.expose());
    world.clock.advance(Duration::from_mins(4));
    let newer = world
        .offer_passkey(&world.gate, Some(first.token.clone()))
        .await
        .unwrap();
    assert_ne!(first.options, newer.options);
    world.clock.advance(Duration::from_mins(1));

    let late = key.get(&first.options, &world.counting(bob.id, 2));
    assert!(refused(
        &world.prove_passkey(&world.gate, &first.token, late).await
    ));
    let in_time = key.get(&newer.options, &world.counting(bob.id, 2));
    let step = world.prove_passkey(&world.gate, &newer.token, in_time).await;
    assert!(matches!(step, Ok(PasskeyStep::Passed(_))));
}

#[tokio::test]
async fn without_the_switch_nothing_is_offered_and_an_offer_of_before_is_worth_nothing() {
    let (world, bob, key) = world_with_bob().await;
    let other = world.second_node().await;
    let offer = world.offer_passkey(&world.gate, None).await.unwrap();
    let answer = key.get(&offer.options, &world.counting(bob.id, 2));

    world.passkeys_alone(false).await;

    let entrance = other.read(&world.anonymous(), Inspect).await.unwrap();
    assert!(!entrance.passkey);
    let denied = world.offer_passkey(&other, Some(offer.token.clone())).await;
    assert!(matches!(denied, Err(OpError::Denied)));
    assert!(refused(&world.prove_passkey(&other, &offer.token, answer).await));
    // The key goes on as the second proof.
    let listed = world.gate.read(&bob.caller, factors::ListMine).await.unwrap();
    let view = listed.iter().find(|view| view.kind == FactorKind::WebAuthn);
    assert_eq!(view.unwrap().alone, portcullis_model::Alone::No);
}

#[tokio::test]
async fn who_may_not_use_keys_or_is_locked_does_not_get_in_alone() {
    let (world, bob, key) = world_with_bob().await;
    world.require_of(bob.id, &[FactorKind::Totp]).await;
    assert!(refused(&attempt(&world, &key, &world.counting(bob.id, 2)).await));

    world.require_of(bob.id, &[FactorKind::WebAuthn]).await;
    let explained = world.explain(bob.id).await.effective;
    assert!(explained.passkey_alone);
    assert!(
        explained
            .reasons
            .iter()
            .any(|reason| reason.text().contains("both proofs"))
    );
    let administrator = world.fresh_administrator().await;
    let lock = users::Lock {
        id: bob.id,
        reason: "left".to_owned(),
    };
    world.gate.write(&administrator, lock).await.unwrap();
    assert!(refused(&attempt(&world, &key, &world.counting(bob.id, 3)).await));
}

#[tokio::test]
async fn a_key_that_did_not_verify_its_person_stays_a_second_proof() {
    let world = World::new().await;
    let bob = world.user("bob", Role::PasswordUser).await;
    let key = TestKey::new("bob");
    let unverified = How {
        verified: false,
        ..world.honest(bob.id)
    };
    world.add_key(&bob, &key, &unverified).await;
    world.passkeys_alone(true).await;

    let how = How {
        verified: false,
        ..world.counting(bob.id, 2)
    };
    assert!(refused(&attempt(&world, &key, &how).await));
    // New keys must be able to do more.
    let begin = factors::Begin {
        method: FactorKind::WebAuthn,
        details: String::new(),
    };
    world.gate.write(&bob.caller, begin).await.unwrap();
    let pending = world.gate.read(&bob.caller, factors::Pending).await.unwrap();
    let Shown::Options(options) = pending.shown else {
        panic!("the browser gets options");
    };
    assert!(options.contains(r#""residentKey":"required""#), "{options}");
    assert!(options.contains(r#""userVerification":"required""#), "{options}");
}

#[tokio::test]
async fn guessing_at_a_person_gets_slower_and_leaves_their_second_step_alone() {
    let (world, bob, _) = world_with_bob().await;
    let stranger = TestKey::new("stranger");
    let how = world.counting(bob.id, 2);
    for _ in 0..5 {
        assert!(refused(&attempt(&world, &stranger, &how).await));
    }

    let sixth = attempt(&world, &stranger, &how).await;

    assert!(matches!(sixth, Ok(PasskeyStep::Locked { .. })));
    let waits = world.count("guesses WHERE factor = 'web_authn'").await;
    assert_eq!(waits, 0);
}

#[tokio::test]
async fn the_preview_names_those_whom_the_switch_touches() {
    let world = World::new().await;
    let bob = world.user("bob", Role::PasswordUser).await;
    let alice = world.user("alice", Role::PasswordUser).await;
    world.require_of(alice.id, &[FactorKind::Totp]).await;
    let site = portcullis_model::SitePolicy {
        passkey_alone: true,
        ..portcullis_model::SitePolicy::default()
    };

    let previewed = world
        .preview(portcullis_model::PolicyChange {
            site: Some(site.clone()),
            ..portcullis_model::PolicyChange::default()
        })
        .await
        .unwrap();

    let row = |id| previewed.rows.iter().find(|row| row.id == id).unwrap();
    assert_eq!(row(bob.id).effect, Effect::Changed);
    assert!(row(bob.id).after.contains("a passkey alone is enough"));
    assert_eq!(row(alice.id).effect, Effect::Unchanged);
    // A switch that nobody could use is a mistake.
    let useless = portcullis_model::SitePolicy {
        methods: Requirement::of([FactorKind::Totp]).methods,
        ..site
    };
    let answer = world
        .preview(portcullis_model::PolicyChange {
            site: Some(useless),
            ..portcullis_model::PolicyChange::default()
        })
        .await;
    assert!(matches!(answer, Err(OpError::Invalid(_))));
}
