//! The agent counts the money of its own calls.

use std::time::Duration;

use portcullis_model::{CallOutcome, CallPrices};
use portcullis_phone_agent::AgentError;
use portcullis_testkit::phones::{Behaviour, Sipp};

use crate::office::{Office, Server};

fn prices() -> CallPrices {
    CallPrices {
        currency: "EUR".to_owned(),
        a_minute: 1,
        countries: [("US".to_owned(), 2)].into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_might_cost_more_than_is_left_is_not_placed() {
    let phone = Sipp::play_slowly(Behaviour::Info('#'), Duration::from_secs(15));
    let office = Office::new(phone.port);
    let mut limits = office.agent.limits().unwrap();
    limits.budget_of_a_day = 5;
    office.agent.set_limits(limits, Some(&prices())).unwrap();
    let server = Server::honest(&office, "confirm").await;

    assert_eq!(server.call().await, CallOutcome::Granted);
    assert_eq!(server.call().await, CallOutcome::OverBudget);

    let spending = office.agent.spending().unwrap().unwrap();
    assert_eq!((spending.spent, spending.of_a_day), (2, 5));
    let calls = office.agent.calls().unwrap();
    let costs: Vec<_> = calls.iter().map(|call| call.cost.as_deref().unwrap()).collect();
    assert_eq!(costs, ["0.00 EUR", "0.02 EUR"]);
    assert!(calls.iter().all(|call| call.country == "US"));
    office.clock.advance(Duration::from_hours(25));
    assert_eq!(office.agent.spending().unwrap().unwrap().spent, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_nobody_answers_costs_nothing_and_its_country_has_a_limit() {
    let phone = Sipp::play(Behaviour::Reject(486));
    let office = Office::new(phone.port);
    let mut limits = office.agent.limits().unwrap();
    limits.to_a_country_in_a_day = 1;
    office.agent.set_limits(limits, Some(&prices())).unwrap();
    let server = Server::honest(&office, "confirm").await;

    assert_eq!(server.call().await, CallOutcome::Busy);
    assert_eq!(server.call().await, CallOutcome::OverLimit);

    assert_eq!(office.agent.spending().unwrap().unwrap().spent, 0);
}

#[test]
fn prices_that_cannot_be_are_refused_and_none_is_allowed() {
    let office = Office::new(1);
    let limits = office.agent.limits().unwrap();
    let dear = CallPrices {
        a_minute: 5_000,
        ..prices()
    };

    let refused = office.agent.set_limits(limits, Some(&dear));

    assert!(matches!(refused, Err(AgentError::Settings(problem)) if problem.field == "budget_of_a_day"));
    assert_eq!(office.agent.spending().unwrap(), None);
    office.agent.set_limits(limits, Some(&prices())).unwrap();
    assert_eq!(office.agent.prices().unwrap(), Some(prices()));
    office.agent.set_limits(limits, None).unwrap();
    assert_eq!(office.agent.spending().unwrap(), None);
}
