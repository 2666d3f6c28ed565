//! What calls may cost, and to where.

use std::time::Duration;

use portcullis_model::CallOutcome;
use portcullis_ops::calls::FindSpending;
use portcullis_ops::sign_in::Cancel;
use portcullis_telephony::NotReached;
use portcullis_testkit::{Person, World};
use serde_json::{Value, json};

use super::{GRANTED, alice, ends, ring, set_phone_settings, settings, told, view};

/// Two cents a minute, ten a day, and no other limit in the way.
fn priced() -> Value {
    let mut settings = settings();
    settings["limits"] = json!({ "in_ten_minutes": 50, "in_a_day": 50, "budget_of_a_day": 10 });
    settings["prices"] = json!({ "currency": "EUR", "a_minute": 2 });
    settings
}

/// The costs of all calls, those that are over and those under way, in cents.
async fn costs(world: &World) -> Vec<String> {
    world
        .texts("SELECT CAST(cost AS TEXT) FROM calls ORDER BY made_at, id")
        .await
}

async fn call(world: &World, person: &Person) -> CallOutcome {
    let token = world.pass_password(&world.gate, person).await;
    ring(world, &world.gate, &token).await;
    if view(world, &token).await.unwrap().outcome.is_none() {
        world.switchboard.end(GRANTED);
    }
    let outcome = ends(world, &token).await;
    world
        .until("the call is paid", async || {
            !costs(world).await.contains(&"4".to_owned())
        })
        .await;
    world.clock.advance(Duration::from_secs(1));
    outcome
}

async fn spent(world: &World) -> Option<u64> {
    let found = world.gate.read(&world.console(), FindSpending).await.unwrap();
    found.map(|spending| spending.spent)
}

async fn letters(world: &World, about: &str) -> usize {
    world.send_letters().await;
    let letters = world.mailbox.to("admin@example.org");
    letters
        .iter()
        .filter(|letter| letter.subject.contains(about))
        .count()
}

const MOST: &str = "Most of the budget for phone calls is spent";
const ALL: &str = "The budget for phone calls is used up";

#[tokio::test]
async fn nobody_is_called_when_the_money_of_the_day_is_gone_and_administrators_hear_it_once() {
    let world = World::new().await;
    world.set_mail().await;
    let alice = alice(&world).await;
    set_phone_settings(&world, priced(), 1).await;

    for _ in 0..3 {
        assert_eq!(call(&world, &alice).await, CallOutcome::Granted);
    }
    assert_eq!((spent(&world).await, letters(&world, MOST).await), (Some(6), 0));
    assert_eq!(call(&world, &alice).await, CallOutcome::Granted);
    assert_eq!(letters(&world, MOST).await, 1);
    // Two cents are left, and a call may cost four.
    for _ in 0..2 {
        assert_eq!(call(&world, &alice).await, CallOutcome::OverBudget);
    }

    assert_eq!(world.switchboard.calls().len(), 4);
    assert_eq!(spent(&world).await, Some(8));
    assert_eq!((letters(&world, MOST).await, letters(&world, ALL).await), (1, 1));
    let trail = told(&world).await;
    assert!(trail.contains(", 0.02 EUR."), "{trail}");
    let refused = "over_budget. Phone calls of the last 24 hours cost 0.08 EUR, and a day may cost 0.10 EUR. \
                   Administrators are told.";
    assert_eq!(trail.matches(refused).count(), 1, "{trail}");

    world.clock.advance(Duration::from_hours(25));
    assert_eq!(call(&world, &alice).await, CallOutcome::Granted);
    assert_eq!(spent(&world).await, Some(2));
    assert_eq!(letters(&world, ALL).await, 1);
}

#[tokio::test]
async fn a_larger_budget_counts_at_once_and_is_watched_anew() {
    let world = World::new().await;
    world.set_mail().await;
    let alice = alice(&world).await;
    let mut small = priced();
    small["limits"]["budget_of_a_day"] = 4.into();
    set_phone_settings(&world, small, 1).await;
    assert_eq!(call(&world, &alice).await, CallOutcome::Granted);
    assert_eq!(call(&world, &alice).await, CallOutcome::OverBudget);
    assert_eq!(letters(&world, ALL).await, 1);

    set_phone_settings(&world, priced(), 2).await;

    for _ in 0..3 {
        assert_eq!(call(&world, &alice).await, CallOutcome::Granted);
    }
    assert_eq!(call(&world, &alice).await, CallOutcome::OverBudget);
    assert_eq!((letters(&world, MOST).await, letters(&world, ALL).await), (1, 2));
}

#[tokio::test]
async fn a_call_counts_at_its_most_until_it_is_over_and_ringing_costs_nothing() {
    let world = World::new().await;
    let alice = alice(&world).await;
    set_phone_settings(&world, priced(), 1).await;
    let token = world.pass_password(&world.gate, &alice).await;
    ring(&world, &world.gate, &token).await;
    assert_eq!(spent(&world).await, Some(4));

    world.switchboard.end(NotReached::NoAnswer.into());

    assert_eq!(ends(&world, &token).await, CallOutcome::NoAnswer);
    world
        .until("it costs nothing", async || spent(&world).await == Some(0))
        .await;
    let rows = world
        .texts("SELECT country || ' ' || currency || ' ' || minutes FROM calls")
        .await;
    assert_eq!(rows, ["US EUR 0"]);
}

#[tokio::test]
async fn a_call_that_is_given_up_costs_what_it_took_and_one_that_waits_costs_nothing() {
    let world = World::new().await;
    let alice = alice(&world).await;
    set_phone_settings(&world, priced(), 1).await;
    let waits = world.pass_password(&world.gate, &alice).await;
    world.challenge(&world.gate, &waits).await.unwrap();
    assert_eq!(costs(&world).await, ["4"]);
    let cancel = Cancel { token: waits };
    world.gate.write(&world.anonymous(), cancel).await.unwrap();
    assert_eq!(costs(&world).await, ["0"]);

    let token = world.pass_password(&world.gate, &alice).await;
    ring(&world, &world.gate, &token).await;
    world
        .until("it was answered", async || {
            let step = view(&world, &token).await.unwrap().step;
            step == portcullis_model::CallStep::Waiting
        })
        .await;
    world.clock.advance(Duration::from_secs(5));
    let cancel = Cancel { token };
    world.gate.write(&world.anonymous(), cancel).await.unwrap();

    world
        .until("a minute is paid", async || {
            costs(&world).await.contains(&"2".to_owned())
        })
        .await;
    assert_eq!(spent(&world).await, Some(2));
}

#[tokio::test]
async fn calls_and_minutes_to_one_country_are_limited_without_any_prices() {
    for (limit, outcome) in [
        ("to_a_country_in_a_day", CallOutcome::OverLimit),
        ("minutes_to_a_country_in_a_day", CallOutcome::OverBudget),
    ] {
        let world = World::new().await;
        world.set_mail().await;
        let alice = alice(&world).await;
        let mut settings = settings();
        settings["limits"] = json!({ limit: 1 });
        set_phone_settings(&world, settings, 1).await;

        assert_eq!(call(&world, &alice).await, CallOutcome::Granted);
        world
            .until("its minute is counted", async || {
                world.texts("SELECT CAST(minutes AS TEXT) FROM calls").await == ["1"]
            })
            .await;
        assert_eq!(call(&world, &alice).await, outcome);

        assert_eq!((spent(&world).await, letters(&world, "budget").await), (None, 0));
    }
}
