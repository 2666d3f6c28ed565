use portcullis_auth::RadiusProtocol;
use serde_json::{Value, json};

use super::*;

#[tokio::test]
async fn a_passcode_is_accepted_or_rejected() {
    let (_server, dave) = dave().await;

    assert_eq!(dave.types("1234111111").await.unwrap(), ACCEPTED);
    assert_eq!(dave.types("1234111112").await.unwrap(), Verdict::Reject);
}

#[tokio::test]
async fn the_next_token_code_is_asked_for() {
    let (_server, dave) = dave().await;

    let question = asked(dave.types("1234222222").await);
    let verdict = dave.answers(&question, "333333").await;

    assert_eq!(
        public(&question),
        json!({
            "prompt": "Wait for the token code to change, then enter the new one:",
            "echo": false,
        })
    );
    assert_eq!(verdict.unwrap(), ACCEPTED);
}

#[tokio::test]
async fn a_wrong_next_token_code_is_rejected_and_ends_the_conversation() {
    let (_server, dave) = dave().await;
    let question = asked(dave.types("1234222222").await);

    assert_eq!(dave.answers(&question, "333334").await.unwrap(), Verdict::Reject);
    assert_eq!(dave.answers(&question, "333333").await.unwrap(), Verdict::Reject);
}

#[tokio::test]
async fn a_state_works_once() {
    let (_server, dave) = dave().await;
    let question = asked(dave.types("1234222222").await);

    assert_eq!(dave.answers(&question, "333333").await.unwrap(), ACCEPTED);
    assert_eq!(dave.answers(&question, "333333").await.unwrap(), Verdict::Reject);
}

#[tokio::test]
async fn a_new_pin_is_asked_for_twice() {
    let (_server, dave) = dave().await;

    let first = asked(dave.types("1234444444").await);
    let second = asked(dave.answers(&first, "98765").await);
    let verdict = dave.answers(&second, "98765").await;

    assert_eq!(
        public(&first),
        json!({"prompt": "Enter a new PIN of 4 to 8 digits:", "echo": true})
    );
    assert_eq!(
        public(&second),
        json!({"prompt": "Enter the new PIN again:", "echo": false})
    );
    assert_ne!(first.private, second.private);
    assert_eq!(verdict.unwrap(), ACCEPTED);
}

#[tokio::test]
async fn two_new_pins_that_differ_are_rejected() {
    let (_server, dave) = dave().await;

    let first = asked(dave.types("1234444444").await);
    let second = asked(dave.answers(&first, "98765").await);

    assert_eq!(dave.answers(&second, "98766").await.unwrap(), Verdict::Reject);
}

#[tokio::test]
async fn two_conversations_do_not_mix() {
    let (_server, dave) = dave().await;
    let next_code = asked(dave.types("1234222222").await);
    let new_pin = asked(dave.types("1234444444").await);

    let repeat = asked(dave.answers(&new_pin, "333333").await);

    assert_eq!(dave.answers(&next_code, "333333").await.unwrap(), ACCEPTED);
    assert_eq!(dave.answers(&repeat, "333333").await.unwrap(), ACCEPTED);
}

#[tokio::test]
async fn the_question_of_a_server_that_is_not_the_first_goes_back_to_it() {
    let server = FreeRadius::start().await;
    let settings = brisk(vec![udp(server.silent()), udp(server.strict())]);
    let dave = Person::new("dave", &settings);

    let question = asked(dave.types("1234222222").await);

    assert_eq!(dave.answers(&question, "333333").await.unwrap(), ACCEPTED);
}

/// Under a protocol other than PAP, the tokens cannot be checked, so the server says no.
#[tokio::test]
async fn a_token_server_needs_pap() {
    let server = FreeRadius::start().await;
    let settings = RadiusSettings {
        protocol: RadiusProtocol::Chap,
        ..usual(udp(server.strict()))
    };

    let verdict = Person::new("dave", &settings).types("1234111111").await;

    assert_eq!(verdict.unwrap(), Verdict::Reject);
}

async fn dave() -> (FreeRadius, Person) {
    let server = FreeRadius::start().await;
    let person = Person::new("dave", &usual(udp(server.strict())));
    (server, person)
}

fn asked(verdict: Result<Verdict, FactorError>) -> Challenge {
    match verdict {
        Ok(Verdict::Ask(challenge)) => challenge,
        other => panic!("the server asks, but {other:?}"),
    }
}

fn public(challenge: &Challenge) -> Value {
    serde_json::from_str(&challenge.public).unwrap()
}
