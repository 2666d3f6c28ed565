use std::time::Duration;

use portcullis_model::Secret;
use portcullis_telephony::{KeySource, NotReached, Outcome, Task, Transport, TrunkSettings, Upkeep};
use portcullis_testkit::phones::{Behaviour, Sipp};

use crate::support::{backend, place, plan, spec};

const GRANTED: Outcome = Outcome::Granted(KeySource::Event);

async fn outcome(behaviour: Behaviour<'_>, task: Task, password: &str) -> Outcome {
    let phone = Sipp::play(behaviour);
    let mut settings = TrunkSettings::new("sipp", Transport::Udp, "127.0.0.1", "portcullis");
    settings.port = Some(phone.port);
    // SIPp would take the question for its one call.
    settings.upkeep = Upkeep::None;
    settings.password = Some(Secret::new(password));
    let mut plan = plan(task);
    plan.timings.ring = Duration::from_secs(2);
    plan.timings.collect = Duration::from_secs(5);
    place(&backend(vec![settings]), spec(plan)).outcome().await
}

#[tokio::test]
async fn keys_pressed_on_a_sipp_phone() {
    if !Sipp::may_press() {
        return;
    }
    for (task, keys, expected) in [
        (Task::Confirm, "#", GRANTED),
        (Task::Confirm, "0#1", Outcome::Fraud { block: true }),
        (Task::Pin, "1134#", GRANTED),
        (Task::Pin, "1124#", Outcome::NoInput),
    ] {
        assert_eq!(
            outcome(Behaviour::Press(keys), task, "secret").await,
            expected,
            "{keys}"
        );
    }
}

#[tokio::test]
async fn a_sipp_phone_that_checks_the_digest() {
    if !Sipp::may_press() {
        return;
    }
    let behaviour = Behaviour::PressAfterChallenge("#");
    assert_eq!(outcome(behaviour, Task::Confirm, "secret").await, GRANTED);
    let wrong = outcome(behaviour, Task::Confirm, "wrong").await;
    assert_eq!(wrong, NotReached::ProviderRefused.into());
}

#[tokio::test]
async fn everything_else_a_sipp_phone_does() {
    for (behaviour, expected) in [
        (Behaviour::Info('#'), Outcome::Granted(KeySource::Info)),
        (Behaviour::Silent, Outcome::NoInput),
        (Behaviour::HangUp, Outcome::HungUp),
        (Behaviour::Reject(486), NotReached::Busy.into()),
        (Behaviour::Reject(603), NotReached::Declined.into()),
        (Behaviour::Reject(480), NotReached::NoAnswer.into()),
        (Behaviour::Reject(404), NotReached::InvalidNumber.into()),
        (Behaviour::Reject(503), NotReached::ProviderDown.into()),
        (Behaviour::RingForever, NotReached::NoAnswer.into()),
    ] {
        assert_eq!(outcome(behaviour, Task::Confirm, "secret").await, expected);
    }
}
