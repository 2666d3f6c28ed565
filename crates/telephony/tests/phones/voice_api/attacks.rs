//! A provider that lies, others who pretend to be the provider, and requests at the wrong time. None of them grants.

use std::time::Duration;

use portcullis_telephony::{NotReached, Outcome, PhoneBackend, Step, TrunkState};

use super::document::Document;
use super::matrix::{GRANTED, matching};
use super::provider::{Dialled, Post, Provider};
use crate::support::{Call, plan, spec};

/// A call that waits for keys.
async fn waiting(provider: &mut Provider) -> (Call, Dialled, Document) {
    let (mut call, dialled, first) = provider.answered(matching()).await;
    let second = dialled.listen(&first).await;
    call.waits().await;
    (call, dialled, second)
}

/// Nothing came of it, and the right keys still count: who is no provider ends no call either.
async fn is_unmoved(provider: &mut Provider, forge: impl Fn(&Document) -> Vec<Post>) {
    let (call, dialled, document) = waiting(provider).await;
    let forged = forge(&document);
    for post in &forged {
        assert!(dialled.post(post).await.is_none(), "{:?} is refused", post.fields);
    }
    assert!(!matches!(*call.steps.borrow(), Step::Finished(_)));

    dialled.press(&document, "4711").await;
    dialled.tell("completed").await;
    let report = call.report().await;
    assert_eq!(report.outcome, GRANTED);
    assert_eq!(report.voice.refused, u32::try_from(forged.len()).unwrap());
}

#[tokio::test]
async fn a_wrong_signature_is_refused() {
    let mut provider = Provider::new().await;
    is_unmoved(&mut provider, |document| {
        let good = Dialled::keys(document, "4711");
        let signed = |signature: String| Post {
            signature,
            ..good.clone()
        };
        let mut more = good.clone();
        more.fields.push(("Digits".to_owned(), "4711".to_owned()));
        let twice = Post {
            signature: more.sign("s3cret-of-the-account"),
            ..more.clone()
        };
        let mut bare = good.clone();
        bare.fields.clear();
        vec![
            signed(String::new()),
            signed("AAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_owned()),
            signed(good.sign("another token")),
            signed(Dialled::keys(document, "4712").signature),
            more,
            twice,
            bare,
        ]
    })
    .await;
}

#[tokio::test]
async fn another_call_and_another_account_are_refused() {
    let mut provider = Provider::new().await;
    is_unmoved(&mut provider, |document| {
        let good = Dialled::keys(document, "4711");
        vec![
            good.clone().change("CallSid", "CA0000000000000000"),
            good.clone().change("CallSid", ""),
            good.clone().change("AccountSid", "AC0000000000000000"),
            // A line that is not connected has no keys.
            good.clone().change("CallStatus", "ringing"),
            good.clone().change("CallStatus", "completed"),
            good.change("CallStatus", "nonsense"),
        ]
    })
    .await;
}

#[tokio::test]
async fn steps_that_are_not_due_are_refused() {
    let mut provider = Provider::new().await;
    is_unmoved(&mut provider, |document| {
        let (base, step) = document.action().rsplit_once('/').unwrap();
        let step: u32 = step.parse().unwrap();
        let at = |event: &str| {
            let fields = [
                ("CallStatus", "in-progress"),
                ("Digits", "4711"),
                ("FinishedOnKey", "#"),
            ];
            Post::new(&format!("{base}/{event}"), &fields)
        };
        vec![
            at(&(step - 1).to_string()),
            at(&(step + 1).to_string()),
            at(&format!("0{step}")),
            at(&format!("+{step}")),
            at("answered"),
            at("0"),
            at(""),
            at("4294967296"),
            at("granted"),
        ]
    })
    .await;
}

#[tokio::test]
async fn a_wrong_token_reaches_nobody() {
    let mut provider = Provider::new().await;
    let (call, dialled, document) = waiting(&mut provider).await;
    let url = document.action();
    let (base, step) = url.rsplit_once('/').unwrap();
    let (base, token) = base.rsplit_once('/').unwrap();

    for wrong in ["", "x", &token[1..], &token.to_uppercase(), &format!("{token}A")] {
        let fields = [
            ("CallStatus", "in-progress"),
            ("Digits", "4711"),
            ("FinishedOnKey", "#"),
        ];
        let post = Post::new(&format!("{base}/{wrong}/{step}"), &fields);
        assert!(dialled.post(&post).await.is_none(), "{wrong}");
        assert!(dialled.wav(&format!("{base}/{wrong}/greeting.wav")).is_none());
    }
    assert!(dialled.wav(&format!("{base}/{token}/nothing.wav")).is_none());
    assert!(dialled.wav(&format!("{base}/{token}/greeting")).is_none());
    dialled.tell("completed").await;
    assert_eq!(
        call.report().await.voice.refused,
        0,
        "the call does not even hear of it"
    );
    assert!(
        dialled.wav(&format!("{base}/{token}/greeting.wav")).is_none(),
        "nor after its end"
    );
}

#[tokio::test]
async fn a_webhook_counts_once() {
    let mut provider = Provider::new().await;
    let (call, dialled, document) = waiting(&mut provider).await;
    let wrong = Dialled::keys(&document, "4712");

    let next = dialled.post(&wrong).await.unwrap();
    for _ in 0..5 {
        assert!(dialled.post(&wrong).await.is_none());
    }
    assert!(
        dialled.ask(&dialled.url).await.is_none(),
        "nor is the call answered twice"
    );
    dialled.press(&next, "4711").await;
    dialled.tell("completed").await;
    assert_eq!(
        call.outcome().await,
        GRANTED,
        "five copies are no more wrong tries"
    );
}

#[tokio::test]
async fn of_two_copies_at_once_one_counts() {
    let mut provider = Provider::new().await;
    let (call, dialled, document) = waiting(&mut provider).await;
    let right = Dialled::keys(&document, "4711");

    let copies = tokio::join!(dialled.post(&right), dialled.post(&right), dialled.post(&right));

    let heard = [&copies.0, &copies.1, &copies.2];
    assert_eq!(heard.iter().filter(|answer| answer.is_some()).count(), 1);
    dialled.tell("completed").await;
    assert_eq!(call.outcome().await, GRANTED);
}

#[tokio::test]
async fn digits_before_the_instruction_do_not_count() {
    let mut provider = Provider::new().await;
    let (call, dialled, first) = provider.answered(matching()).await;
    tokio::time::sleep(Duration::from_millis(400)).await;

    let fields = [
        ("CallStatus", "in-progress"),
        ("Digits", "4711"),
        ("FinishedOnKey", "#"),
    ];
    let early = Post::new(first.redirect.as_ref().unwrap(), &fields);
    let second = dialled.post(&early).await.unwrap();
    assert!(second.gather.is_some(), "it is asked as if nothing was pressed");
    dialled.tell("completed").await;
    assert_eq!(call.outcome().await, Outcome::HungUp);
}

#[tokio::test]
async fn who_says_that_the_instruction_was_heard_before_it_can_have_been_ends_the_call() {
    let mut provider = Provider::new().await;
    let (call, dialled, first) = provider.answered(matching()).await;

    let answer = dialled.ask(first.redirect.as_ref().unwrap()).await.unwrap();
    assert!(answer.hangs_up);
    provider.hung_up("completed").await;
    assert_eq!(call.outcome().await, Outcome::Lost);
}

#[tokio::test]
async fn keys_that_come_too_late_do_not_count() {
    let mut provider = Provider::new().await;
    let mut plan = plan(matching());
    plan.timings.collect = Duration::from_millis(400);
    let (call, dialled) = provider.placed(spec(plan)).await;
    let first = dialled.pick_up().await;
    let second = dialled.listen(&first).await;
    let keys = Dialled::keys(&second, "4711");

    // Told once more, then given up; the provider was silent all the time.
    provider.hung_up("completed").await;
    assert!(dialled.post(&keys).await.is_none());
    assert_eq!(call.outcome().await, Outcome::NoInput);
}

#[tokio::test]
async fn nothing_counts_after_the_end() {
    let mut provider = Provider::new().await;
    let (call, dialled, document) = waiting(&mut provider).await;
    dialled.tell("completed").await;

    assert!(dialled.post(&Dialled::keys(&document, "4711")).await.is_none());
    assert!(
        dialled
            .post(&dialled.status(&[("CallStatus", "in-progress")]))
            .await
            .is_none()
    );
    assert_eq!(call.outcome().await, Outcome::HungUp);
    assert_eq!(provider.hooks.waiting(), 0);
}

#[tokio::test]
async fn a_call_that_is_not_answered_has_no_keys() {
    let mut provider = Provider::new().await;
    let (mut call, dialled) = provider.placed(spec(plan(matching()))).await;
    dialled.tell("ringing").await;
    let url = dialled.url.clone();
    let (base, _) = url.rsplit_once('/').unwrap();

    for (event, status) in [("1", "in-progress"), ("answered", "ringing"), ("1", "ringing")] {
        let fields = [("CallStatus", status), ("Digits", "4711"), ("FinishedOnKey", "#")];
        let post = Post::new(&format!("{base}/{event}"), &fields);
        assert!(dialled.post(&post).await.is_none(), "{event} {status}");
    }
    call.reaches(|step| *step == Step::Ringing).await;
    dialled.tell("busy").await;
    assert_eq!(call.outcome().await, NotReached::Busy.into());
}

#[tokio::test]
async fn a_call_that_fails_after_its_answer_is_lost() {
    let mut provider = Provider::new().await;
    let (call, dialled, _) = waiting(&mut provider).await;

    dialled.tell("failed").await;
    assert_eq!(call.outcome().await, Outcome::Lost);
}

#[tokio::test]
async fn a_redirection_is_not_followed() {
    let mut provider = Provider::new().await;
    let (call, asked) = provider.asked(spec(plan(matching()))).await;

    let to = format!(
        "Location: https://localhost:{}/elsewhere\r\n",
        provider.service.address.port()
    );
    asked.reply(307, &to, "");
    assert_eq!(call.outcome().await, NotReached::ProviderDown.into());
    assert!(
        !provider.service.comes(Duration::from_millis(300)).await,
        "and the password stays here"
    );
}

#[tokio::test]
async fn a_provider_that_hangs_up_on_us_or_says_too_much_is_down() {
    let mut provider = Provider::new().await;
    let (call, asked) = provider.asked(spec(plan(matching()))).await;
    asked.drop_connection();
    assert_eq!(call.outcome().await, NotReached::ProviderDown.into());

    let (call, asked) = provider.asked(spec(plan(matching()))).await;
    asked.reply(201, "", &"x".repeat(100_000));
    assert_eq!(call.outcome().await, NotReached::ProviderDown.into());
    let [health] = &provider.backend.health()[..] else {
        panic!("one provider");
    };
    let state = &health.state;
    assert!(
        matches!(state, TrunkState::Unreachable(why) if why.contains("too long")),
        "{state:?}"
    );
}

#[tokio::test]
async fn a_provider_that_never_answers_is_down_after_its_time() {
    let mut provider = Provider::new().await;
    let (call, _asked) = provider.asked(spec(plan(matching()))).await;

    assert_eq!(call.outcome().await, NotReached::ProviderDown.into());
    assert_eq!(provider.backend.health()[0].state, TrunkState::Silent);
}

#[tokio::test]
async fn a_call_of_which_nothing_is_heard_is_ended_and_the_administrators_read_why() {
    let mut provider = Provider::new().await;
    let mut plan = plan(matching());
    plan.timings.ring = Duration::from_millis(500);
    let (call, _dialled) = provider.placed(spec(plan)).await;

    provider.hung_up("canceled").await;
    assert_eq!(call.outcome().await, NotReached::ProviderDown.into());
    let health = provider.backend.health();
    assert!(matches!(&health[0].state, TrunkState::Unreachable(why) if why.contains("webhooks")));
}

#[tokio::test]
async fn a_provider_that_does_not_prove_its_name_hears_no_password() {
    let mut provider = Provider::with(|settings| {
        // The certificate is for the name.
        settings.base_url = settings.base_url.replace("localhost", "127.0.0.1");
    })
    .await;
    let call = crate::support::place(&provider.backend, spec(plan(matching())));

    assert_eq!(call.outcome().await, NotReached::ProviderDown.into());
    let stranger =
        Provider::with(|settings| settings.authorities = Some(crate::phone::Authority::new().pem())).await;
    let call = crate::support::place(&stranger.backend, spec(plan(matching())));
    assert_eq!(call.outcome().await, NotReached::ProviderDown.into());
    assert!(!provider.service.comes(Duration::from_millis(100)).await);
}
