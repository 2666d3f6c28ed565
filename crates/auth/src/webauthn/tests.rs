mod assertion;
mod attestation;
mod discoverable;
mod origin;
mod real_client;
mod registration;
mod vendor;

use portcullis_model::{Secret, Timestamp, UserId};
use portcullis_testkit::security_key::{How, TestKey};
use uuid::Uuid;

use super::*;
use crate::seeded::Seeded;

const ADA: UserId = UserId(Uuid::from_u128(7));
const BEN: UserId = UserId(Uuid::from_u128(8));

const DISCOURAGED: &str = r#"{"user_verification":"discouraged"}"#;
const PREFERRED: &str = r#"{"user_verification":"preferred"}"#;
const REQUIRED: &str = r#"{"user_verification":"required"}"#;

/// Whether the latest accepted answer of a key came with user verification.
fn verified_user(enrolment: &[u8]) -> Result<bool, FactorError> {
    Ok(match KeyEnrolment::parse(enrolment)? {
        KeyEnrolment::Pending(_) => false,
        KeyEnrolment::Confirmed(key) => key.verified,
    })
}

fn factor() -> WebAuthn {
    WebAuthn::new("https://pw.example.org:7272", "Portcullis").unwrap()
}

fn unverified() -> How {
    How {
        verified: false,
        ..How::default()
    }
}

fn counting(counter: u32) -> How {
    How {
        counter,
        ..How::default()
    }
}

/// The unconfirmed enrolment and the options of somebody who has the keys `own`.
fn start(user: UserId, own: &[&[u8]], settings: &str) -> (Vec<u8>, String) {
    let username: Username = "d.okafor".parse().unwrap();
    let newcomer = Newcomer {
        id: user,
        username: &username,
        own,
        settings: settings.as_bytes(),
        details: "",
        chance: &Seeded::new(1),
    };
    let enrolment = factor().enrol(&newcomer).unwrap();
    let Shown::Options(options) = enrolment.shown else {
        panic!("the browser gets options");
    };
    (enrolment.private, options)
}

async fn confirm(enrolment: &[u8], settings: &str, answer: &str) -> Result<Verdict, FactorError> {
    let challenge = Challenge::default();
    let proof = proof(enrolment, &challenge, settings);
    factor().confirm(&proof, &typed(answer)).await
}

/// The enrolment of a confirmed key.
async fn enrol(user: UserId, key: &TestKey, how: &How, settings: &str) -> Vec<u8> {
    let (pending, options) = start(user, &[], settings);
    let verdict = confirm(&pending, settings, &key.create(&options, how)).await;
    accepted(verdict)
}

async fn ask(enrolments: &[&[u8]], settings: &str) -> Challenge {
    let asking = Asking {
        enrolments,
        settings: settings.as_bytes(),
        at: Timestamp::from_micros(0),
        chance: &Seeded::new(1),
    };
    factor().challenge(&asking).await.unwrap()
}

async fn judge(
    enrolment: &[u8],
    challenge: &Challenge,
    settings: &str,
    answer: &str,
) -> Result<Verdict, FactorError> {
    let proof = proof(enrolment, challenge, settings);
    factor().verify(&proof, &typed(answer)).await
}

/// One sign-in from challenge to verdict.
async fn sign_in(enrolment: &[u8], settings: &str, key: &TestKey, how: &How) -> Verdict {
    let challenge = ask(&[enrolment], settings).await;
    let answer = key.get(&challenge.public, how);
    judge(enrolment, &challenge, settings, &answer).await.unwrap()
}

fn proof<'a>(enrolment: &'a [u8], challenge: &'a Challenge, settings: &'a str) -> Proof<'a> {
    Proof {
        enrolment,
        challenge,
        settings: settings.as_bytes(),
        chance: &NoChance,
    }
}

/// Judging draws nothing.
struct NoChance;

impl portcullis_model::Chance for NoChance {
    fn fill(&self, _: &mut [u8]) {
        panic!("nothing is drawn to judge an answer");
    }
}

fn typed(code: &str) -> Answer {
    Answer {
        code: Secret::new(code),
        at: Timestamp::from_micros(0),
        address: "::1".to_owned(),
    }
}

fn accepted(verdict: Result<Verdict, FactorError>) -> Vec<u8> {
    match verdict {
        Ok(Verdict::Accept {
            enrolment: Some(enrolment),
        }) => enrolment,
        other => panic!("not accepted with an enrolment: {other:?}"),
    }
}

/// What is not an answer at all, and good answers with one letter changed in one of the signed `fields`.
fn garbage(good: &str, fields: &[&str]) -> Vec<String> {
    let mut answers: Vec<String> = ["", "0", "null", "[]", "{}", "\u{0}", "{\"id\":1}"]
        .map(str::to_owned)
        .into();
    answers.push("[".repeat(60_000));
    answers.push("a".repeat(1024 * 1024));
    answers.push(format!("{good}{}", " ".repeat(1024 * 1024)));
    answers.push(good[..good.len() - 1].to_owned());
    let read: serde_json::Value = serde_json::from_str(good).unwrap();
    for field in fields {
        let value = read["response"][field].as_str().unwrap();
        answers.extend((0..value.len()).map(|at| {
            let letter = if &value[at..=at] == "A" { "B" } else { "A" };
            good.replace(value, &[&value[..at], letter, &value[at + 1..]].concat())
        }));
    }
    answers
}
