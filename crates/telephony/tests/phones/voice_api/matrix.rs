//! Everything a provider ordinarily says.

use std::time::Duration;

use portcullis_telephony::{Digits, KeySource, NotReached, Outcome, PhoneNumber, Step, Task};

use super::provider::{ACCOUNT, AUTH_TOKEN, Dialled, Post, Provider};
use crate::support::{plan, spec};

pub(super) const GRANTED: Outcome = Outcome::Granted(KeySource::Provider);

pub(super) fn matching() -> Task {
    Task::Match(Digits::parse("4711").unwrap())
}

/// Says this of a call that was placed, and what came of it.
async fn becomes(fields: &[(&str, &str)]) -> Outcome {
    let mut provider = Provider::new().await;
    let (call, dialled) = provider.placed(spec(plan(matching()))).await;
    dialled.tell("initiated").await;
    dialled.tell("ringing").await;
    assert!(dialled.post(&dialled.status(fields)).await.is_some());
    call.outcome().await
}

/// Answers the request for a call with this.
async fn refused(status: u16, body: &str) -> Outcome {
    let mut provider = Provider::new().await;
    let (call, asked) = provider.asked(spec(plan(matching()))).await;
    asked.reply(status, "", body);
    call.outcome().await
}

#[tokio::test]
async fn the_digits_of_the_page_grant() {
    let mut provider = Provider::new().await;
    let (mut call, asked) = provider.asked(spec(plan(matching()))).await;
    assert_eq!(asked.credentials(), format!("{ACCOUNT}:{AUTH_TOKEN}"));
    assert_eq!(asked.field("To"), "+19259249500");
    assert_eq!(asked.field("From"), "+14155552671");
    assert_eq!((asked.field("Timeout"), asked.field("TimeLimit")), ("35", "90"));
    let dialled = provider.take(asked);
    dialled.tell("ringing").await;
    call.reaches(|step| *step == Step::Ringing).await;

    let first = dialled.pick_up().await;
    assert_eq!(first.says(), ["greeting", "enter-number"]);
    assert!(first.gather.is_none(), "no key cuts the instruction short");
    call.reaches(|step| *step == Step::Answered).await;
    let second = dialled.listen(&first).await;
    assert_eq!(second.says(), ["fraud-hint"]);
    assert_eq!(second.gather.as_ref().unwrap().timeout, 6);
    call.waits().await;
    let third = dialled.press(&second, "4711").await;
    assert_eq!(third.says(), ["thanks"]);
    assert!(third.hangs_up);

    dialled.tell("completed").await;
    let report = call.report().await;
    assert_eq!(report.outcome, GRANTED);
    assert_eq!(report.trunk.as_deref(), Some("localhost"));
    assert!(Duration::ZERO < report.connected);
    assert_eq!(report.voice.refused, 0);
}

#[tokio::test]
async fn confirming_takes_a_digit_that_only_the_call_names() {
    let mut provider = Provider::new().await;
    let (call, dialled, first) = provider.answered(Task::Confirm).await;
    assert_eq!(first.says()[1], "press-first");
    let digit = first.digit();
    assert_ne!(digit, "0", "that would report a fraud");

    let second = dialled.listen(&first).await;
    // Nothing but `#` is no answer here.
    let third = dialled.press(&second, "").await;
    assert_eq!(third.says()[0], "not-right");
    let last = dialled.press(&third, digit).await;
    assert!(last.hangs_up);
    dialled.tell("completed").await;
    assert_eq!(call.outcome().await, GRANTED);
}

#[tokio::test]
async fn three_wrong_rows_end_the_call() {
    let mut provider = Provider::new().await;
    let (call, dialled, first) = provider.answered(matching()).await;
    let mut document = dialled.listen(&first).await;
    for _ in 0..2 {
        document = dialled.press(&document, "4712").await;
        assert_eq!(document.says(), ["not-right", "enter-number"]);
    }

    let last = dialled.press(&document, "11111111111111111").await;
    assert_eq!(last.says(), ["goodbye"]);
    assert!(last.hangs_up);
    dialled.tell("completed").await;
    assert_eq!(call.outcome().await, Outcome::WrongPin);
}

#[tokio::test]
async fn zero_pound_one_reports_fraud_and_blocks() {
    for (key, block) in [("1", true), ("2", false)] {
        let mut provider = Provider::new().await;
        let (call, dialled, first) = provider.answered(matching()).await;
        let second = dialled.listen(&first).await;
        let question = dialled.press(&second, "0").await;
        assert_eq!(question.says(), ["fraud-question"]);
        assert_eq!(question.gather.as_ref().unwrap().most, 1);

        let fields = [("CallStatus", "in-progress"), ("Digits", key)];
        let last = dialled.post(&Post::new(question.action(), &fields)).await;
        assert!(last.unwrap().hangs_up);
        dialled.tell("completed").await;
        assert_eq!(call.outcome().await, Outcome::Fraud { block });
    }
}

#[tokio::test]
async fn who_hangs_up_at_the_question_has_reported_a_fraud() {
    let mut provider = Provider::new().await;
    let (call, dialled, first) = provider.answered(matching()).await;
    let second = dialled.listen(&first).await;
    dialled.press(&second, "0").await;

    dialled.tell("completed").await;
    assert_eq!(call.outcome().await, Outcome::Fraud { block: true });
}

#[tokio::test]
async fn busy_declined_absent_and_unknown_are_told_apart() {
    for (status, sip, outcome) in [
        ("busy", "486", NotReached::Busy),
        ("no-answer", "", NotReached::NoAnswer),
        ("canceled", "", NotReached::NoAnswer),
        ("failed", "603", NotReached::Declined),
        ("failed", "404", NotReached::InvalidNumber),
        ("failed", "", NotReached::InvalidNumber),
        ("failed", "503", NotReached::ProviderDown),
    ] {
        let fields = [("CallStatus", status), ("SipResponseCode", sip)];
        assert_eq!(becomes(&fields).await, outcome.into(), "{status} {sip}");
    }
    assert_eq!(
        becomes(&[("CallStatus", "completed")]).await,
        NotReached::NoAnswer.into()
    );
}

#[tokio::test]
async fn what_the_provider_answers_to_the_request_is_told_apart() {
    let bad_number = "{\"code\":21211,\"message\":\"Invalid 'To' Phone Number\",\"status\":400}";
    assert_eq!(refused(400, bad_number).await, NotReached::InvalidNumber.into());
    let bad_caller = "{\"code\":21210,\"message\":\"'From' phone number not verified\",\"status\":400}";
    assert_eq!(refused(400, bad_caller).await, NotReached::ProviderRefused.into());
    for (status, body, reason) in [
        (401, "", NotReached::ProviderRefused),
        (403, "nonsense", NotReached::ProviderRefused),
        (429, "", NotReached::ProviderDown),
        (500, "", NotReached::ProviderDown),
        (503, "{\"code\":21211}", NotReached::ProviderDown),
        (201, "nonsense", NotReached::ProviderDown),
        (201, "{\"sid\":\"../../Accounts\"}", NotReached::ProviderDown),
        (201, "{}", NotReached::ProviderDown),
    ] {
        assert_eq!(refused(status, body).await, reason.into(), "{status} {body}");
    }
}

#[tokio::test]
async fn who_lets_it_ring_is_cancelled() {
    let mut provider = Provider::new().await;
    let mut plan = plan(matching());
    plan.timings.ring = Duration::from_millis(700);
    let (call, dialled) = provider.placed(spec(plan)).await;

    dialled.tell("ringing").await;
    provider.hung_up("canceled").await;
    assert_eq!(call.outcome().await, NotReached::NoAnswer.into());
}

#[tokio::test]
async fn silence_is_no_input() {
    let mut provider = Provider::new().await;
    let mut plan = plan(matching());
    plan.timings.collect = Duration::from_millis(1500);
    // A busy machine may come for the last words late.
    plan.timings.closing = Duration::from_secs(30);
    let (call, dialled) = provider.placed(spec(plan)).await;
    let first = dialled.pick_up().await;
    let mut document = dialled.listen(&first).await;
    let mut said = Vec::new();

    while let Some(gather) = &document.gather {
        said.extend(document.says().into_iter().map(str::to_owned));
        tokio::time::sleep(Duration::from_secs(gather.timeout)).await;
        let fields = [
            ("CallStatus", "in-progress"),
            ("Digits", ""),
            ("FinishedOnKey", ""),
        ];
        document = dialled
            .post(&Post::new(document.action(), &fields))
            .await
            .unwrap();
    }
    assert_eq!(
        said,
        ["fraud-hint", "enter-number", "fraud-hint"],
        "told once more"
    );
    assert_eq!(document.says(), ["goodbye"]);
    dialled.tell("completed").await;
    assert_eq!(call.outcome().await, Outcome::NoInput);
}

#[tokio::test]
async fn a_row_that_the_time_cut_off_waits_for_the_rest() {
    let mut provider = Provider::new().await;
    let (call, dialled, first) = provider.answered(matching()).await;
    let second = dialled.listen(&first).await;
    let cut = Dialled::keys(&second, "47").change("FinishedOnKey", "");

    let third = dialled.post(&cut).await.unwrap();
    assert!(third.plays.is_empty());
    dialled.press(&third, "11").await;
    dialled.tell("completed").await;
    assert_eq!(call.outcome().await, GRANTED);
}

#[tokio::test]
async fn a_provider_that_does_not_say_which_key_ended_the_row_is_understood() {
    let mut provider = Provider::new().await;
    let (call, dialled, first) = provider.answered(matching()).await;
    let second = dialled.listen(&first).await;
    // Nothing was pressed: the redirection is followed, which says as much.
    let third = dialled.ask(second.redirect.as_ref().unwrap()).await.unwrap();

    let fields = [("CallStatus", "in-progress"), ("Digits", "4711")];
    dialled.post(&Post::new(third.action(), &fields)).await.unwrap();
    dialled.tell("completed").await;
    assert_eq!(call.outcome().await, GRANTED);
}

#[tokio::test]
async fn who_hangs_up_has_hung_up() {
    let mut provider = Provider::new().await;
    let (call, dialled, first) = provider.answered(matching()).await;
    dialled.listen(&first).await;

    dialled.tell("completed").await;
    assert_eq!(call.outcome().await, Outcome::HungUp);
}

#[tokio::test]
async fn the_provider_dials_the_extension() {
    let mut provider = Provider::new().await;
    let mut spec = spec(plan(matching()));
    spec.number = PhoneNumber::parse("1 9259249500 292").unwrap();
    spec.plan.timings.before_extension = Duration::from_secs(2);
    spec.plan.timings.after_extension = Duration::from_secs(1);
    let (call, asked) = provider.asked(spec).await;
    assert_eq!(asked.field("To"), "+19259249500");
    assert_eq!(asked.field("SendDigits"), "wwww292ww");

    let dialled = provider.take(asked);
    // It is answered while the extension is still being dialled, and asks afterwards.
    dialled.tell("in-progress").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let first = dialled.pick_up().await;
    let second = dialled.listen(&first).await;
    dialled.press(&second, "4711").await;
    dialled.tell("completed").await;
    assert_eq!(call.outcome().await, GRANTED);
}

#[tokio::test]
async fn the_backup_number_is_called_when_the_first_is_busy() {
    let mut provider = Provider::new().await;
    let mut spec = spec(plan(matching()));
    spec.backup = Some(PhoneNumber::parse("49 3012345678").unwrap());
    let (call, first) = provider.placed(spec).await;
    first.tell("busy").await;

    let asked = provider.service.expect("POST").await;
    assert_eq!(asked.field("To"), "+493012345678");
    let second = provider.take(asked);
    assert_ne!(first.url, second.url, "each line has a token of its own");
    assert!(
        first.ask(&first.url).await.is_none(),
        "nobody is on the first one any more"
    );
    second.tell("no-answer").await;
    assert_eq!(call.outcome().await, NotReached::NoAnswer.into());
}

#[tokio::test]
async fn a_pin_is_never_asked_for_where_the_provider_hears_it() {
    let mut provider = Provider::new().await;
    let call = crate::support::place(&provider.backend, spec(plan(Task::Pin)));

    assert_eq!(call.outcome().await, Outcome::Unchecked);
    assert!(!provider.service.comes(Duration::from_millis(300)).await);
}

#[tokio::test]
async fn a_closed_page_cancels_the_call_and_a_dropped_one_hangs_up() {
    let mut provider = Provider::new().await;
    let (mut ringing, dialled) = provider.placed(spec(plan(matching()))).await;
    dialled.tell("ringing").await;
    ringing.reaches(|step| *step == Step::Ringing).await;
    ringing.cancel.take().unwrap().send(()).unwrap();
    provider.hung_up("canceled").await;
    assert_eq!(ringing.outcome().await, Outcome::Cancelled);

    let (answered, dialled, first) = provider.answered(matching()).await;
    dialled.listen(&first).await;
    answered.abandon();
    provider.hung_up("completed").await;
    assert_eq!(provider.hooks.waiting(), 0, "nothing is left behind");
}

#[tokio::test]
async fn a_call_that_is_given_up_while_it_is_placed_is_hung_up() {
    let mut provider = Provider::new().await;
    let (call, asked) = provider.asked(spec(plan(matching()))).await;
    call.abandon();
    tokio::time::sleep(Duration::from_millis(100)).await;

    let dialled = provider.take(asked);
    provider.hung_up("canceled").await;
    assert!(dialled.ask(&dialled.url).await.is_none());
}
