//! The log of phone calls: filtered, page by page, and taken out as a file.

use std::time::Duration;

use portcullis_model::{CallFilter, CallOutcome, Clock, FactorKind, LoggedCall, PageSize, Role};
use portcullis_ops::OpError;
use portcullis_ops::calls::{Export, List};
use portcullis_ops::mfa_policy::Explain;
use portcullis_telephony::{NotReached, Outcome};
use portcullis_testkit::{Person, World};

use super::{GRANTED, alice, ends, ring, set_number, told};

async fn page(
    world: &World,
    filter: &CallFilter,
    before: Option<String>,
) -> (Vec<LoggedCall>, Option<String>) {
    let list = List {
        filter: filter.clone(),
        before,
        size: PageSize::clamp(2),
    };
    let page = world.gate.read(&world.console(), list).await.unwrap();
    (page.items, page.next)
}

/// All that fits, as pages of two show it.
async fn found(world: &World, filter: CallFilter) -> Vec<(String, CallOutcome)> {
    let mut all = Vec::new();
    let mut before = None;
    loop {
        let (calls, next) = page(world, &filter, before).await;
        let calls = calls.into_iter();
        all.extend(calls.map(|call| (call.username, call.outcome.unwrap())));
        let Some(next) = next else { return all };
        before = Some(next);
    }
}

/// Calls a person so that it ends like this, an hour after what was before.
async fn call(world: &World, person: &Person, outcome: Outcome) {
    world.clock.advance(Duration::from_hours(1));
    let token = world.pass_password(&world.gate, person).await;
    ring(world, &world.gate, &token).await;
    world.switchboard.end(outcome);
    ends(world, &token).await;
}

#[tokio::test]
async fn calls_are_found_by_person_result_and_time_over_pages() {
    let world = World::new().await;
    let alice = alice(&world).await;
    let bob = world.user("bob", Role::PasswordUser).await;
    set_number(&world, &bob, "1 9259249501").await.unwrap();
    world
        .require_of(bob.id, &[FactorKind::Phone, FactorKind::BackupCode])
        .await;
    call(&world, &alice, NotReached::Busy.into()).await;
    call(&world, &alice, GRANTED).await;
    call(&world, &bob, NotReached::NoAnswer.into()).await;
    world.clock.advance(Duration::from_secs(1));
    let middle = world.clock.now();
    call(&world, &alice, GRANTED).await;
    call(&world, &bob, GRANTED).await;

    let (busy, no_answer, granted) = (CallOutcome::Busy, CallOutcome::NoAnswer, CallOutcome::Granted);
    let of = |name: &str, outcome| (name.to_owned(), outcome);
    assert_eq!(
        found(&world, CallFilter::default()).await,
        [
            of("bob", granted),
            of("alice", granted),
            of("bob", no_answer),
            of("alice", granted),
            of("alice", busy)
        ]
    );
    let alices = CallFilter {
        who: "Alice".to_owned(),
        ..CallFilter::default()
    };
    assert_eq!(
        found(&world, alices.clone()).await,
        [of("alice", granted), of("alice", granted), of("alice", busy)]
    );
    let alices_yes_before = CallFilter {
        outcome: Some(granted),
        until: Some(middle),
        ..alices
    };
    assert_eq!(found(&world, alices_yes_before).await, [of("alice", granted)]);
    let since = CallFilter {
        since: Some(middle),
        ..CallFilter::default()
    };
    assert_eq!(
        found(&world, since).await,
        [of("bob", granted), of("alice", granted)]
    );
    // What is no place is the beginning.
    let (calls, next) = page(&world, &CallFilter::default(), Some("nowhere".to_owned())).await;
    assert_eq!((calls.len(), next.is_some()), (2, true));
    assert!(calls[0].address == "192.0.2.7" && calls[0].masked.contains("••"));
}

#[tokio::test]
async fn an_export_takes_a_fresh_step_is_on_record_and_holds_no_digits() {
    let world = World::new().await;
    let alice = alice(&world).await;
    call(&world, &alice, GRANTED).await;
    let administrator = world.fresh_administrator().await;
    let export = || Export {
        filter: CallFilter::default(),
    };

    let calls = world.gate.read(&administrator, export()).await.unwrap();

    assert_eq!(calls.len(), 1);
    assert!(!format!("{calls:?}").contains("9249500"));
    assert!(told(&world).await.contains("1 phone calls."));
    world.clock.advance(Duration::from_mins(16));
    let stale = world.gate.read(&administrator, export()).await;
    assert!(matches!(stale, Err(OpError::StepUp)), "{stale:?}");
    let refused = world.gate.read(&alice.caller, export()).await;
    assert!(matches!(refused, Err(OpError::Denied)), "{refused:?}");
}

#[tokio::test]
async fn administrators_see_where_a_person_is_called_and_a_damaged_number_is_no_dead_end() {
    let world = World::new().await;
    let alice = alice(&world).await;
    let administrator = world.fresh_administrator().await;
    let explain = || Explain { id: alice.id };
    let explained = world.gate.read(&administrator, explain()).await.unwrap();
    assert_eq!(explained.phones, ["+1 ••• ••• ••00 (ext. 292)"]);

    world
        .sql("UPDATE factors SET ciphertext = wrapped_key WHERE kind = 'phone'")
        .await;

    let explained = world.gate.read(&administrator, explain()).await.unwrap();
    assert_eq!(explained.phones, ["cannot be read"]);
}
