//! Names at a phone agent, and what becomes of them where no agent calls any more.

use portcullis_model::{FactorKind, PageSize, Role};
use portcullis_ops::factors::{self, ListMine};
use portcullis_ops::mfa_policy::{Effective, List, PersonPolicy};
use portcullis_ops::{OpError, sign_in::Challenged};
use portcullis_testkit::{Person, World};
use serde_json::{Value, json};

use super::{GRANTED, NUMBER, ends, ring, set_number, set_phone_settings, settings};

fn by_agent() -> Value {
    json!({
        "agent": {
            "url": "https://127.0.0.1:1", "username": "portcullis",
            "password": "01234-56789-abcde-fghjk-mnpqr-stvwx",
        },
    })
}

/// Somebody whom the agent knows by another name, in a company that has gone back to trunks.
async fn alice_after_the_agent(world: &World) -> Person {
    let alice = world.user("alice", Role::PasswordUser).await;
    world
        .switch_on(&[FactorKind::Phone, FactorKind::BackupCode, FactorKind::Totp])
        .await;
    set_phone_settings(world, by_agent(), 0).await;
    set_number(world, &alice, "a.example").await.unwrap();
    assert!(usable(world, &alice).await.contains(&FactorKind::Phone));
    set_phone_settings(world, settings(), 1).await;
    alice
}

async fn effective(world: &World, person: &Person) -> Effective {
    world.explain(person.id).await.effective
}

async fn usable(world: &World, person: &Person) -> Vec<FactorKind> {
    effective(world, person).await.usable
}

/// The person's row under Admin > Sign-in & MFA > Two-factor authentication.
async fn row(world: &World, person: &Person) -> PersonPolicy {
    let administrator = world.fresh_administrator().await;
    let list = List {
        query: String::new(),
        only: vec![person.id],
        after: None,
        size: PageSize::DEFAULT,
    };
    world
        .gate
        .read(&administrator, list)
        .await
        .unwrap()
        .items
        .remove(0)
}

#[tokio::test]
async fn a_name_at_an_agent_is_no_number_where_trunks_call() {
    let world = World::new().await;
    let alice = alice_after_the_agent(&world).await;
    let bob = world.user("bob", Role::PasswordUser).await;
    set_number(&world, &bob, NUMBER).await.unwrap();

    let effective = effective(&world, &alice).await;
    assert!(!effective.usable.contains(&FactorKind::Phone));
    assert!(effective.to_set_up.contains(&FactorKind::Phone));
    let row_of_alice = row(&world, &alice).await;
    assert!(row_of_alice.missing.contains(&"No phone number"));
    assert!(!row_of_alice.enrolled.contains(&FactorKind::Phone));
    let row_of_bob = row(&world, &bob).await;
    assert!(row_of_bob.missing.is_empty(), "{:?}", row_of_bob.missing);
    assert!(usable(&world, &bob).await.contains(&FactorKind::Phone));
    // She is not offered what does not work.
    let token = world.pass_password(&world.gate, &alice).await;
    let chosen = world.choose(&world.gate, &token, FactorKind::Phone).await;
    assert!(matches!(chosen, Err(OpError::NotFound)));
}

#[tokio::test]
async fn who_has_only_a_name_at_an_agent_sets_up_a_number_and_is_called() {
    let world = World::new().await;
    let alice = alice_after_the_agent(&world).await;
    let me = world.sign_in(&alice).await.unwrap().caller;
    let begin = factors::Begin {
        method: FactorKind::Phone,
        details: NUMBER.to_owned(),
    };
    world.gate.write(&me, begin).await.unwrap();
    world.gate.write(&me, factors::Call).await.unwrap();
    world.place_calls(&world.gate).await;
    world.switchboard.end(GRANTED);
    let confirm = || factors::Confirm {
        code: portcullis_model::Secret::new(""),
        name: String::new(),
    };
    world
        .until("the number counts", async || {
            let confirmed = world.gate.remote(&me, confirm()).await;
            matches!(confirmed, Ok(factors::Confirmation::Done { .. }))
        })
        .await;

    world.require_of(alice.id, &[FactorKind::Phone]).await;
    let token = world.pass_password(&world.gate, &alice).await;
    ring(&world, &world.gate, &token).await;
    world.switchboard.end(GRANTED);
    assert_eq!(ends(&world, &token).await, portcullis_model::CallOutcome::Granted);
    let called = world.switchboard.calls();
    assert!(called.iter().all(|call| call.number.to_text() == NUMBER));
}

#[tokio::test]
async fn a_name_at_an_agent_serves_again_once_the_agent_is_back() {
    let world = World::new().await;
    let alice = alice_after_the_agent(&world).await;
    assert!(!usable(&world, &alice).await.contains(&FactorKind::Phone));

    set_phone_settings(&world, by_agent(), 2).await;

    assert!(usable(&world, &alice).await.contains(&FactorKind::Phone));
    assert!(row(&world, &alice).await.missing.is_empty());
    world.require_of(alice.id, &[FactorKind::Phone]).await;
    let token = world.pass_password(&world.gate, &alice).await;
    // The agent of this test is not there, and it is the one that is asked.
    let challenged = world.challenge(&world.gate, &token).await.unwrap();
    assert!(
        matches!(challenged, Challenged::Unanswered { text } if text == "The phone agent did not answer.")
    );
    let me = world.gate.read(&alice.caller, ListMine).await.unwrap();
    assert!(
        me.iter()
            .any(|factor| factor.number.as_deref() == Some("the number of a.example at the phone agent"))
    );
}
