//! Phone calls as the second step: what lets in, and all that does not.

mod agent_names;
mod log;
mod money;
mod reported;

use std::time::Duration;

use portcullis_model::{CallOutcome, CallStep, CallTask, FactorKind, Role, Secret};
use portcullis_ops::calls::CallView;
use portcullis_ops::factors::{self, SetPhone};
use portcullis_ops::settings::{Connection, Put};
use portcullis_ops::sign_in::{Cancel, Challenged, FactorStep, Find};
use portcullis_ops::{Gate, OpError};
use portcullis_telephony::{KeySource, NotReached, Outcome, Task};
use portcullis_testkit::{Person, World};
use serde_json::{Value, json};

const GRANTED: Outcome = Outcome::Granted(KeySource::Event);
const NUMBER: &str = "1 9259249500 292";

fn settings() -> Value {
    json!({
        "trunks": [{ "host": "sip.example.org", "transport": "udp", "username": "portcullis", "password": "letmecall" }],
        "countries": ["US"],
    })
}

async fn set_phone_settings(world: &World, value: Value, revision: i64) {
    let put = Put {
        connection: Connection::Phone,
        value,
        revision,
    };
    let administrator = world.fresh_administrator().await;
    world.gate.write(&administrator, put).await.unwrap();
}

async fn set_number(world: &World, person: &Person, number: &str) -> Result<(), OpError> {
    let administrator = world.fresh_administrator().await;
    let set = SetPhone {
        id: person.id,
        number: number.to_owned(),
        reason: "from the directory".to_owned(),
    };
    world.gate.write(&administrator, set).await
}

/// Somebody who is called at the second step.
async fn alice(world: &World) -> Person {
    let alice = world.user("alice", Role::PasswordUser).await;
    world
        .switch_on(&[FactorKind::Phone, FactorKind::BackupCode, FactorKind::Totp])
        .await;
    set_phone_settings(world, settings(), 0).await;
    set_number(world, &alice, NUMBER).await.unwrap();
    world
        .require_of(alice.id, &[FactorKind::Phone, FactorKind::BackupCode])
        .await;
    alice
}

/// Asks for a call and waits until it is under way.
async fn ring(world: &World, gate: &Gate, token: &Secret) {
    let challenged = world.challenge(gate, token).await.unwrap();
    assert!(matches!(challenged, Challenged::Ready));
    world.place_calls(gate).await;
}

async fn view(world: &World, token: &Secret) -> Option<CallView> {
    let find = Find { token: token.clone() };
    world.gate.read(&world.anonymous(), find).await.unwrap().call
}

async fn ends(world: &World, token: &Secret) -> CallOutcome {
    let mut ended = None;
    world
        .until("the call has ended", async || {
            ended = view(world, token).await.and_then(|call| call.outcome);
            ended.is_some()
        })
        .await;
    ended.unwrap()
}

/// What the trail says in words.
async fn told(world: &World) -> String {
    let entries = world.entries_after(0).await;
    let messages: Vec<&str> = entries.iter().map(|entry| entry.message.as_ref()).collect();
    messages.join("\n")
}

async fn prove(world: &World, token: &Secret) -> Result<FactorStep, OpError> {
    world.prove_factor(&world.gate, token, &Secret::new("")).await
}

#[tokio::test]
async fn the_digits_of_the_page_let_in_once() {
    let world = World::new().await;
    let alice = alice(&world).await;
    let token = world.pass_password(&world.gate, &alice).await;
    ring(&world, &world.gate, &token).await;

    world
        .until("keys count", async || {
            view(&world, &token).await.unwrap().step == CallStep::Waiting
        })
        .await;
    let shown = view(&world, &token).await.unwrap();
    assert_eq!(shown.masked, "+1 ••• ••• ••00 (ext. 292)");
    let call = world.switchboard.calls().pop().unwrap();
    let Task::Match(digits) = call.plan.task else {
        panic!("digits are asked for");
    };
    assert_eq!(shown.task, Some(CallTask::Match(digits.expose().to_owned())));
    assert!(matches!(prove(&world, &token).await, Ok(FactorStep::Unheard)));

    world.switchboard.end(GRANTED);
    assert_eq!(ends(&world, &token).await, CallOutcome::Granted);
    let twice = tokio::join!(prove(&world, &token), prove(&world, &token));

    let passed = [&twice.0, &twice.1]
        .iter()
        .filter(|step| matches!(step, Ok(FactorStep::Passed { .. })))
        .count();
    assert_eq!(passed, 1);
    assert!(prove(&world, &token).await.is_err(), "the login is over");
    world
        .until("the report of the call is there", async || {
            told(&world).await.contains("switchboard")
        })
        .await;
    let trail = told(&world).await;
    assert!(
        trail.contains("Phone call to +1 ••• ••• ••00 (ext. 292) for a sign-in: granted."),
        "{trail}"
    );
    let about_calls: Vec<&str> = trail.lines().filter(|line| line.contains("hone call")).collect();
    assert!(
        about_calls.iter().all(|line| !line.contains(digits.expose())),
        "{about_calls:?}"
    );
    assert!(!trail.contains("9249500") && !trail.contains("letmecall"));
}

#[tokio::test]
async fn nothing_but_a_yes_lets_in() {
    let world = World::new().await;
    let alice = alice(&world).await;
    for (outcome, expected) in [
        (Outcome::WrongPin, CallOutcome::WrongKeys),
        (Outcome::NoInput, CallOutcome::NoInput),
        (Outcome::Voicemail, CallOutcome::Voicemail),
        (Outcome::HungUp, CallOutcome::HungUp),
        (Outcome::Lost, CallOutcome::Lost),
        (Outcome::TimedOut, CallOutcome::TimedOut),
        (NotReached::Busy.into(), CallOutcome::Busy),
        (NotReached::NoAnswer.into(), CallOutcome::NoAnswer),
        (NotReached::Declined.into(), CallOutcome::Declined),
        (NotReached::InvalidNumber.into(), CallOutcome::InvalidNumber),
        (NotReached::Forwarded.into(), CallOutcome::Forwarded),
        (NotReached::ProviderDown.into(), CallOutcome::ProviderDown),
        (NotReached::Unencrypted.into(), CallOutcome::Unencrypted),
    ] {
        // So that no limit is in the way.
        world.clock.advance(Duration::from_hours(25));
        let token = world.pass_password(&world.gate, &alice).await;
        ring(&world, &world.gate, &token).await;
        world.switchboard.end(outcome);

        assert_eq!(ends(&world, &token).await, expected);
        let step = prove(&world, &token).await;
        assert!(matches!(step, Ok(FactorStep::Unheard)), "{expected}");
    }
}

#[tokio::test]
async fn a_grant_is_good_for_its_own_login_and_for_a_minute() {
    let world = World::new().await;
    let alice = alice(&world).await;
    let mine = world.pass_password(&world.gate, &alice).await;
    let other = world.pass_password(&world.gate, &alice).await;
    ring(&world, &world.gate, &mine).await;
    world.switchboard.end(GRANTED);
    assert_eq!(ends(&world, &mine).await, CallOutcome::Granted);

    assert!(matches!(prove(&world, &other).await, Ok(FactorStep::Unheard)));
    world.clock.advance(Duration::from_mins(1));
    assert_eq!(
        view(&world, &mine).await.unwrap().outcome,
        Some(CallOutcome::TimedOut)
    );
    assert!(matches!(prove(&world, &mine).await, Ok(FactorStep::Unheard)));
}

#[tokio::test]
async fn two_nodes_place_one_call_and_any_of_them_lets_in() {
    let world = World::new().await;
    let alice = alice(&world).await;
    let second = world.second_node().await;
    let token = world.pass_password(&world.gate, &alice).await;
    // The same request twice, as after a fail-over.
    world.challenge(&world.gate, &token).await.unwrap();
    world.challenge(&second, &token).await.unwrap();

    let placed = world.place_calls(&second).await + world.place_calls(&world.gate).await;
    assert_eq!(placed, 1);
    world.switchboard.end(GRANTED);
    assert_eq!(ends(&world, &token).await, CallOutcome::Granted);
    assert_eq!(world.switchboard.calls().len(), 1);

    assert!(matches!(
        prove(&world, &token).await,
        Ok(FactorStep::Passed { .. })
    ));
}

#[tokio::test]
async fn a_call_whose_node_died_is_lost_and_cannot_say_yes_any_more() {
    let world = World::new().await;
    let alice = alice(&world).await;
    let token = world.pass_password(&world.gate, &alice).await;
    // Taken by a node that does nothing with it.
    world.challenge(&world.gate, &token).await.unwrap();
    let placed = world
        .gate
        .write(&world.job(), portcullis_ops::calls::Take)
        .await
        .unwrap();
    assert!(placed.is_some());
    world.clock.advance(Duration::from_secs(11));

    assert_eq!(
        view(&world, &token).await.unwrap().outcome,
        Some(CallOutcome::Lost)
    );
    let id = world.texts("SELECT CAST(state AS TEXT) FROM calls").await;
    assert_eq!(id, ["calling"]);
    world.place_calls(&world.gate).await;
    assert_eq!(world.texts("SELECT outcome FROM calls").await, ["lost"]);
    assert!(matches!(prove(&world, &token).await, Ok(FactorStep::Unheard)));
    assert!(told(&world).await.contains("lost, its node fell silent"));
}

#[tokio::test]
async fn who_gives_up_or_goes_another_way_ends_the_call() {
    let world = World::new().await;
    let alice = alice(&world).await;
    for gives_up in [true, false] {
        let token = world.pass_password(&world.gate, &alice).await;
        ring(&world, &world.gate, &token).await;
        world
            .until("it is under way", async || world.switchboard.under_way() == 1)
            .await;
        if gives_up {
            let cancel = Cancel { token: token.clone() };
            world.gate.write(&world.anonymous(), cancel).await.unwrap();
        } else {
            world
                .choose(&world.gate, &token, FactorKind::BackupCode)
                .await
                .unwrap();
        }
        world
            .until("somebody hung up", async || world.switchboard.under_way() == 0)
            .await;
        // A key that comes too late.
        let last = world
            .texts("SELECT outcome FROM calls ORDER BY made_at DESC, id DESC")
            .await;
        assert_eq!(last[0], "cancelled");
    }
}

#[tokio::test]
async fn the_fourth_call_in_ten_minutes_is_not_placed() {
    let world = World::new().await;
    let alice = alice(&world).await;
    for _ in 0..3 {
        let token = world.pass_password(&world.gate, &alice).await;
        ring(&world, &world.gate, &token).await;
        world.switchboard.end(NotReached::Busy.into());
        assert_eq!(ends(&world, &token).await, CallOutcome::Busy);
    }
    let token = world.pass_password(&world.gate, &alice).await;
    world.challenge(&world.gate, &token).await.unwrap();

    assert_eq!(
        view(&world, &token).await.unwrap().outcome,
        Some(CallOutcome::OverLimit)
    );
    assert_eq!(world.place_calls(&world.gate).await, 0);
    world.clock.advance(Duration::from_mins(11));
    let token = world.pass_password(&world.gate, &alice).await;
    world.challenge(&world.gate, &token).await.unwrap();
    assert_eq!(world.place_calls(&world.gate).await, 1);
}

#[tokio::test]
async fn one_number_is_not_rung_for_two_people_at_once() {
    let world = World::new().await;
    let alice = alice(&world).await;
    let bob = world.user("bob", Role::PasswordUser).await;
    set_number(&world, &bob, NUMBER).await.unwrap();
    world
        .require_of(bob.id, &[FactorKind::Phone, FactorKind::BackupCode])
        .await;
    let token = world.pass_password(&world.gate, &alice).await;
    ring(&world, &world.gate, &token).await;

    let token = world.pass_password(&world.gate, &bob).await;
    world.challenge(&world.gate, &token).await.unwrap();

    let outcome = view(&world, &token).await.unwrap().outcome;
    assert_eq!(outcome, Some(CallOutcome::AlreadyCalling));
}

#[tokio::test]
async fn a_country_off_the_list_is_refused_when_it_is_entered_and_when_it_is_called() {
    let world = World::new().await;
    let alice = alice(&world).await;
    let refused = set_number(&world, &alice, "44 7400123456").await;
    assert!(matches!(refused, Err(OpError::Invalid(errors)) if errors[0].field == "number"));
    let mut narrower = settings();
    narrower["countries"] = json!(["DE"]);
    set_phone_settings(&world, narrower, 1).await;
    let token = world.pass_password(&world.gate, &alice).await;
    world.challenge(&world.gate, &token).await.unwrap();

    let outcome = view(&world, &token).await.unwrap().outcome;
    assert_eq!(outcome, Some(CallOutcome::RefusedCountry));
    assert!(world.switchboard.calls().is_empty());
}

#[tokio::test]
async fn without_the_right_password_nobody_is_called() {
    let world = World::new().await;
    let alice = alice(&world).await;
    let token = world.begin(&world.gate, &alice.username).await;
    let wrong = Secret::new("not the password at all");
    let _ = world.prove_password(&world.gate, &token, &wrong).await;

    let challenged = world.challenge(&world.gate, &token).await;

    assert!(matches!(challenged, Err(OpError::Expired)));
    assert_eq!(world.count("calls").await, 0);
}

#[tokio::test]
async fn a_number_counts_only_after_a_call_to_it() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    world
        .switch_on(&[FactorKind::Phone, FactorKind::BackupCode, FactorKind::Totp])
        .await;
    set_phone_settings(&world, settings(), 0).await;
    let alice = world.sign_in(&alice).await.unwrap();
    let begin = |number: &str| factors::Begin {
        method: FactorKind::Phone,
        details: number.to_owned(),
    };
    let confirm = || factors::Confirm {
        code: Secret::new(""),
        name: String::new(),
    };

    let wrong = world.gate.write(&alice.caller, begin("911")).await;
    assert!(matches!(wrong, Err(OpError::Invalid(_))));
    world.gate.write(&alice.caller, begin(NUMBER)).await.unwrap();
    let early = world.gate.remote(&alice.caller, confirm()).await.unwrap();
    assert!(matches!(early, factors::Confirmation::Wrong { .. }));
    world.gate.write(&alice.caller, factors::Call).await.unwrap();
    world.place_calls(&world.gate).await;
    world.switchboard.end(GRANTED);
    world
        .until("the call said yes", async || {
            let pending = world.gate.read(&alice.caller, factors::Pending).await.unwrap();
            pending.call.and_then(|call| call.outcome) == Some(CallOutcome::Granted)
        })
        .await;
    let done = world.gate.remote(&alice.caller, confirm()).await.unwrap();

    assert!(matches!(done, factors::Confirmation::Done { .. }));
    let mine = world.gate.read(&alice.caller, factors::ListMine).await.unwrap();
    let phone = mine
        .iter()
        .find(|factor| factor.kind == FactorKind::Phone)
        .unwrap();
    assert_eq!(phone.number.as_deref(), Some("+1 ••• ••• ••00 (ext. 292)"));
}
