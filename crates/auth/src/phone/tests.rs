use std::sync::Arc;

use portcullis_model::{CallOutcome, CallTask, FewCalls, UserId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::seeded::Seeded;

fn settings() -> Value {
    json!({
        "trunks": [{ "host": "sip.example.org", "transport": "udp", "username": "portcullis" }],
        "countries": ["US"],
    })
}

fn phone() -> Phone {
    Phone::new(Arc::new(Seeded::new(1)), "https://vault.example")
}

fn enrol(number: &str) -> Result<Enrolment, FactorError> {
    phone().enrol(&Newcomer {
        id: UserId(Uuid::from_u128(7)),
        username: &"alice".parse().unwrap(),
        own: &[],
        settings: settings().to_string().as_bytes(),
        details: number,
        chance: &Seeded::new(1),
    })
}

async fn ask(numbers: &[&str], settings: &Value) -> Challenge {
    let enrolments: Vec<Vec<u8>> = numbers
        .iter()
        .map(|number| enrol(number).unwrap().private)
        .collect();
    let enrolments: Vec<&[u8]> = enrolments.iter().map(Vec::as_slice).collect();
    let settings = settings.to_string();
    let asking = Asking {
        enrolments: &enrolments,
        settings: settings.as_bytes(),
        at: portcullis_model::Timestamp::from_micros(0),
        chance: &Seeded::new(1),
    };
    phone().challenge(&asking).await.unwrap()
}

#[test]
fn a_number_is_taken_as_the_seeds_write_it_and_shown_masked() {
    let enrolment = enrol("1 9259249500 292").unwrap();

    let Shown::Number(masked) = enrolment.shown else {
        panic!("a number is shown");
    };
    assert_eq!(masked, "+1 ••• ••• ••00 (ext. 292)");
    let summary = phone().summarize(&enrolment.private).unwrap();
    assert_eq!(summary.number, Some(masked));
}

#[test]
fn a_number_that_is_none_or_that_is_not_called_is_refused_with_its_reason() {
    for (number, reason) in [
        ("", "enter a number"),
        ("911", "spaces"),
        ("44 7400123456", "country"),
    ] {
        let Err(FactorError::Details(problem)) = enrol(number) else {
            panic!("{number} was taken");
        };
        assert!(problem.contains(reason), "{number}: {problem}");
    }
}

#[tokio::test]
async fn the_page_shows_three_digits_that_the_call_waits_for() {
    let challenge = ask(&["1 9259249500 292", "1 4155552671"], &settings()).await;
    let call = challenge.call.unwrap();

    let CallTask::Match(shown) = &call.task else {
        panic!("the page shows digits");
    };
    assert!((100..1000).contains(&shown.parse::<u32>().unwrap()));
    assert_eq!(call.refused, None);
    let Spec::Trunks(own) = Spec::parse(&call.spec).unwrap() else {
        panic!("no agent is set");
    };
    let spec = own.call().unwrap();
    assert_eq!(spec.number.e164(), "+19259249500");
    assert_eq!(spec.backup.unwrap().e164(), "+14155552671");
    let portcullis_telephony::Task::Match(digits) = &spec.plan.task else {
        panic!("digits are asked for");
    };
    assert_eq!(digits.expose(), shown);
}

#[tokio::test]
async fn without_digits_only_where_an_administrator_says_so() {
    let mut settings = settings();
    settings["mode"] = "confirm".into();

    let challenge = ask(&["1 9259249500"], &settings).await;

    assert_eq!(challenge.call.unwrap().task, CallTask::Confirm);
    settings["trunks"] = json!([]);
    settings["provider"] = json!({
        "base_url": "https://api.example.org", "account_sid": "AC1", "auth_token": "s3cret", "caller_id": "+19259249500",
    });
    let challenge = ask(&["1 9259249500"], &settings).await;
    assert_eq!(challenge.call.unwrap().task, CallTask::ConfirmAsSaid);
}

#[tokio::test]
async fn a_country_that_was_taken_off_the_list_is_not_called_any_more() {
    let mut settings = settings();
    settings["countries"] = json!(["DE"]);

    let challenge = ask(&["1 9259249500"], &settings).await;

    assert_eq!(challenge.call.unwrap().refused, Some(CallOutcome::RefusedCountry));
}

#[test]
fn settings_that_cannot_work_are_refused_before_they_are_stored() {
    let refused = |change: fn(&mut Value)| {
        let mut settings = settings();
        change(&mut settings);
        phone().check(settings.to_string().as_bytes()).unwrap_err().field
    };

    phone().check(settings().to_string().as_bytes()).unwrap();
    assert_eq!(refused(|it| it["trunks"] = json!([])), "trunks");
    assert_eq!(refused(|it| it["trunks"][0]["srtp"] = true.into()), "trunks");
    assert_eq!(refused(|it| it["trunks"][0]["username"] = "a b".into()), "trunks");
    assert_eq!(refused(|it| it["countries"] = json!([])), "countries");
    assert_eq!(refused(|it| it["countries"] = json!(["Germany"])), "countries");
    assert_eq!(refused(|it| it["language"] = "tlh".into()), "language");
    assert_eq!(refused(|it| it["limits"] = json!({ "in_a_day": 0 })), "limits");
    assert_eq!(refused(|it| it["typo"] = 1.into()), "trunks");
}

#[test]
fn a_provider_stands_alone_and_says_which_field_is_wrong() {
    let provider = json!({
        "base_url": "https://api.example.org", "account_sid": "AC1", "auth_token": "s3cret", "caller_id": "+19259249500",
    });
    let good = json!({ "provider": provider, "countries": ["US"] });
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut settings = good.clone();
        change(&mut settings);
        phone().check(settings.to_string().as_bytes()).unwrap_err().field
    };

    phone().check(good.to_string().as_bytes()).unwrap();
    assert_eq!(
        refused(&|it| it["trunks"] = settings()["trunks"].clone()),
        "trunks"
    );
    assert_eq!(refused(&|it| it["countries"] = json!([])), "countries");
    assert_eq!(refused(&|it| it["mode"] = "pin".into()), "mode");
    for (field, value) in [
        ("base_url", json!("http://api.example.org")),
        ("account_sid", json!("")),
        ("auth_token", Value::Null),
        ("caller_id", json!("me")),
        ("proxy", json!({ "url": "proxy:3128" })),
    ] {
        assert_eq!(refused(&|it| it["provider"][field] = value.clone()), field);
    }
    assert_eq!(refused(&|it| it["provider"]["ca"] = "none".into()), "provider_ca");
    let agent = json!({ "url": "https://phones.example:7373", "username": "portcullis" });
    assert_eq!(refused(&|it| it["agent"] = agent.clone()), "trunks");
}

#[test]
fn the_limits_of_the_settings_hold() {
    let settings = settings().to_string();
    let admit = |recent: RecentCalls| phone().admit(settings.as_bytes(), &recent);

    assert_eq!(admit(RecentCalls::default()), Ok(()));
    let person = FewCalls {
        in_ten_minutes: 3,
        ..FewCalls::default()
    };
    assert_eq!(
        admit(RecentCalls {
            person,
            ..RecentCalls::default()
        }),
        Err(CallOutcome::OverLimit)
    );
    assert_eq!(
        admit(RecentCalls {
            in_a_day: 500,
            ..RecentCalls::default()
        }),
        Err(CallOutcome::OverLimit)
    );
    let failures = RecentCalls {
        failures_in_a_row: 5,
        ..RecentCalls::default()
    };
    assert_eq!(admit(failures), Err(CallOutcome::Blocked));
}

#[tokio::test]
async fn a_call_says_which_countries_it_may_reach_and_money_is_counted_where_it_is_placed() {
    let mut settings = settings();
    settings["prices"] = json!({ "currency": "USD", "a_minute": 2 });
    settings["limits"] = json!({ "budget_of_a_day": 4 });

    let call = ask(&["1 9259249500 292", "1 4155552671"], &settings).await.call;
    assert_eq!(call.unwrap().countries, ["US"]);
    let bytes = settings.to_string();
    assert_eq!(phone().check(bytes.as_bytes()), Ok(()));
    assert_eq!(phone().budget(bytes.as_bytes()).unwrap().of_a_day, 4);
    let over = RecentCalls {
        spent_in_a_day: 1,
        cost: 4,
        ..RecentCalls::default()
    };
    assert_eq!(
        phone().admit(bytes.as_bytes(), &over),
        Err(CallOutcome::OverBudget)
    );

    settings["trunks"] = json!([]);
    settings["agent"] = json!({ "url": "https://phones.example:7373", "username": "portcullis" });
    let bytes = settings.to_string();
    assert_eq!(phone().check(bytes.as_bytes()).unwrap_err().field, "prices");
    assert_eq!(phone().budget(bytes.as_bytes()), None);
}

#[test]
fn every_outcome_of_a_call_has_a_word_of_the_engine_and_only_a_grant_is_one() {
    use portcullis_telephony::{KeySource, NotReached, Refusal};

    assert_eq!(Outcome::Granted(KeySource::Event).called(), CallOutcome::Granted);
    assert_eq!(Outcome::Fraud { block: true }.called(), CallOutcome::FraudBlocked);
    for outcome in [
        Outcome::Fraud { block: false },
        Outcome::WrongPin,
        Outcome::Locked,
        Outcome::Unchecked,
        Outcome::NoInput,
        Outcome::Voicemail,
        Outcome::HungUp,
        Outcome::Lost,
        Outcome::TimedOut,
        Outcome::Cancelled,
        NotReached::Busy.into(),
        NotReached::NoAnswer.into(),
        NotReached::Declined.into(),
        NotReached::InvalidNumber.into(),
        NotReached::Forwarded.into(),
        NotReached::ProviderDown.into(),
        NotReached::ProviderRefused.into(),
        NotReached::Unencrypted.into(),
        NotReached::Unsuitable.into(),
        Refusal::Country.into(),
        Refusal::Kind.into(),
        Refusal::Extension.into(),
        Refusal::AlreadyCalling.into(),
        Refusal::Limit.into(),
        Refusal::Budget.into(),
        Refusal::Blocked.into(),
    ] {
        assert_eq!(outcome.called().word(), outcome.word());
        assert_ne!(outcome.called(), CallOutcome::Granted);
    }
}

fn by_agent() -> Value {
    json!({
        "agent": {
            "url": "https://phones.example.org:7373", "username": "portcullis",
            "password": "01234-56789-abcde-fghjk-mnpqr-stvwx",
        },
        "mode": "pin",
    })
}

#[test]
fn an_agent_is_taken_with_an_address_a_name_and_the_drawn_password() {
    let problem = |pointer: &str, value: Value| {
        let mut settings = by_agent();
        match settings.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => settings[pointer.trim_start_matches('/')] = value,
        }
        let checked = phone().check(settings.to_string().as_bytes());
        checked.err().map(|problem| problem.field)
    };

    assert_eq!(problem("/mode", "pin".into()), None);
    assert_eq!(
        problem("/agent/url", "http://phones.example.org".into()),
        Some("url")
    );
    assert_eq!(
        problem("/agent/url", "https://phones.example.org/x".into()),
        Some("url")
    );
    assert_eq!(problem("/agent/username", "a:b".into()), Some("username"));
    assert_eq!(
        problem("/agent/password", "made up by hand!".into()),
        Some("password")
    );
    assert_eq!(problem("/trunks", settings()["trunks"].clone()), Some("trunks"));
    let mut direct = settings();
    direct["mode"] = "pin".into();
    let refused = phone().check(direct.to_string().as_bytes());
    assert_eq!(refused.unwrap_err().field, "mode");
}
