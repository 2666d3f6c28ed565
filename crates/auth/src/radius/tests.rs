mod script;

use std::time::{Duration, Instant};

use portcullis_model::{Challenge, Secret, Timestamp};
use serde_json::json;

use super::attribute::{CHAP_PASSWORD, PROMPT, REPLY_MESSAGE, STATE, USER_PASSWORD};
use super::forge::{ACCEPT, CHALLENGE, Forge, REJECT, password_of, state_of, value_of};
use super::*;
use crate::seeded::{Seeded, newcomer};
use script::{Script, brisk, dead_port, impatient, server, settings};

/// Makes a packet from a request.
type Forgery = fn(&[u8]) -> Vec<u8>;

/// Class and Filter-Id, which servers use to name groups.
const CLASS: u8 = 25;
const FILTER_ID: u8 = 11;

#[tokio::test]
async fn yes_is_yes_and_no_is_no() {
    let script = Script::start(|request, _| {
        let code = if password_of(request) == "123456" {
            ACCEPT
        } else {
            REJECT
        };
        let forge = Forge::new(code)
            .with(CLASS, "administrators")
            .with(FILTER_ID, "administrators");
        vec![forge.reply_to(request)]
    })
    .await;
    let settings = settings(vec![script.server()]);

    assert_eq!(verify(&settings, "123456").await.unwrap(), ACCEPTED);
    assert_eq!(verify(&settings, "123457").await.unwrap(), Verdict::Reject);
}

#[tokio::test]
async fn what_cannot_be_a_password_is_refused_and_nothing_is_sent() {
    let script = Script::start(|request, _| vec![Forge::new(ACCEPT).reply_to(request)]).await;
    let settings = settings(vec![script.server()]);

    for code in [String::new(), "1".repeat(129), "123456\0".to_owned()] {
        assert_eq!(verify(&settings, &code).await.unwrap(), Verdict::Reject);
    }

    assert!(script.requests().is_empty());
}

#[tokio::test]
async fn a_question_is_passed_on_and_its_answer_goes_back_with_the_state() {
    let script = Script::start(|request, number| {
        let forge = match number {
            0 => Forge::new(CHALLENGE)
                .with(REPLY_MESSAGE, "Enter the \u{202e}next\r\n code:")
                .with(PROMPT, [0, 0, 0, 1])
                .with(STATE, b"\x00\xfe"),
            _ if state_of(request).as_deref() == Some(b"\x00\xfe") && password_of(request) == "333333" => {
                Forge::new(ACCEPT)
            }
            _ => Forge::new(REJECT),
        };
        vec![forge.reply_to(request)]
    })
    .await;
    let settings = RadiusSettings {
        protocol: RadiusProtocol::Chap,
        ..settings(vec![script.server()])
    };

    let challenge = asked(&settings, "123456").await;
    let verdict = answer_to(&settings, &challenge, "333333").await.unwrap();

    assert_eq!(verdict, ACCEPTED);
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&challenge.public).unwrap(),
        json!({"prompt": "Enter the next code:", "echo": true})
    );
    let [first, second] = &script.requests()[..] else {
        panic!("two requests");
    };
    assert!(value_of(first, CHAP_PASSWORD).is_some() && value_of(first, USER_PASSWORD).is_none());
    assert!(state_of(first).is_none());
    assert!(value_of(second, CHAP_PASSWORD).is_none() && value_of(second, USER_PASSWORD).is_some());
}

#[tokio::test]
async fn the_answer_to_a_question_goes_to_no_other_server() {
    let first = Script::start(|request, number| match number {
        0 => Vec::new(),
        _ => vec![Forge::new(ACCEPT).reply_to(request)],
    })
    .await;
    let second = Script::start(|request, _| {
        vec![
            Forge::new(CHALLENGE)
                .with(STATE, "of the second")
                .reply_to(request),
        ]
    })
    .await;
    let both = brisk(vec![first.server(), second.server()]);
    let challenge = asked(&both, "123456").await;

    answer_to(&both, &challenge, "333333").await.unwrap();
    let without_the_second = answer_to(&settings(vec![first.server()]), &challenge, "333333").await;

    assert_eq!(first.requests().len(), 1);
    assert_eq!(second.requests().len(), 2);
    assert!(matches!(
        without_the_second,
        Err(FactorError::Unreachable {
            text: "The RADIUS server did not answer.",
            ..
        })
    ));
}

#[tokio::test]
async fn nobody_answers_the_question_of_somebody_else() {
    let script =
        Script::start(|request, _| vec![Forge::new(CHALLENGE).with(STATE, "s").reply_to(request)]).await;
    let settings = settings(vec![script.server()]);
    let challenge = asked(&settings, "123456").await;
    let other = RadiusEnrolment::new("m.silva").unwrap().to_bytes().unwrap();

    let verdict = ask(&other, &settings.to_bytes().unwrap(), &challenge, "333333").await;

    assert_eq!(verdict.unwrap(), Verdict::Reject);
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test]
async fn a_challenge_that_was_not_made_here_is_refused() {
    let script = Script::start(|request, _| vec![Forge::new(ACCEPT).reply_to(request)]).await;
    let settings = settings(vec![script.server()]);

    for private in [
        "garbage",
        "{}",
        r#"{"server":"udp://127.0.0.1:1","username":"d.okafor","state":"xx"}"#,
        &format!(
            r#"{{"server":"udp://127.0.0.1:1","username":"d.okafor","state":"{}"}}"#,
            "00".repeat(254)
        ),
    ] {
        let challenge = Challenge {
            private: private.as_bytes().to_vec(),
            ..Challenge::default()
        };
        assert_eq!(
            answer_to(&settings, &challenge, "123456").await.unwrap(),
            Verdict::Reject
        );
    }

    assert!(script.requests().is_empty());
}

#[tokio::test]
async fn no_forged_yes_is_believed() {
    let forgeries: [Forgery; 9] = [
        |_| Vec::new(),
        |_| b"yes".to_vec(),
        |request| request.to_vec(),
        |request| Forge::new(ACCEPT).under(b"guessed").reply_to(request),
        |request| {
            Forge::new(ACCEPT)
                .without_message_authenticator()
                .reply_to(request)
        },
        |request| Forge::new(ACCEPT).reply(request[1].wrapping_add(1), request[4..20].try_into().unwrap()),
        |request| Forge::new(ACCEPT).reply(request[1], &[0; 16]),
        |request| {
            let reply = Forge::new(ACCEPT).reply_to(request);
            reply[..reply.len() - 1].to_vec()
        },
        |request| {
            let mut reply = Forge::new(REJECT).reply_to(request);
            reply[0] = ACCEPT;
            reply
        },
    ];
    for forgery in forgeries {
        let script = Script::start(move |request, _| vec![forgery(request)]).await;

        let verdict = verify(&impatient(vec![script.server()]), "123456").await;

        assert!(matches!(
            verdict,
            Err(FactorError::Unreachable {
                text: "The RADIUS server did not answer.",
                ..
            })
        ));
    }
}

#[tokio::test]
async fn forgeries_do_not_end_the_attempt() {
    let script = Script::start(|request, _| {
        let mut packets: Vec<Vec<u8>> = (0..=255)
            .map(|identifier| Forge::new(REJECT).reply(identifier, &[0; 16]))
            .collect();
        packets.push(Vec::new());
        packets.push(vec![0; 4096]);
        packets.push(Forge::new(ACCEPT).reply_to(request));
        packets
    })
    .await;

    assert_eq!(
        verify(&settings(vec![script.server()]), "123456").await.unwrap(),
        ACCEPTED
    );
}

#[tokio::test]
async fn a_yes_to_an_earlier_request_is_no_yes_to_the_next() {
    let mut first = None;
    let script = Script::start(move |request, _| {
        let reply = first.get_or_insert_with(|| Forge::new(ACCEPT).reply_to(request));
        vec![reply.clone()]
    })
    .await;
    let settings = brisk(vec![script.server()]);
    let chance = Seeded::new(3);

    let [first, second] = [
        verify_with(&settings, "123456", &chance).await,
        verify_with(&settings, "123456", &chance).await,
    ];

    assert_eq!(first.unwrap(), ACCEPTED);
    assert!(matches!(second, Err(FactorError::Unreachable { .. })));
}

#[tokio::test]
async fn a_retry_repeats_the_request_and_the_next_server_gets_a_new_one() {
    let silent = Script::silent().await;
    let good = Script::start(|request, number| match number {
        0 => Vec::new(),
        _ => vec![Forge::new(ACCEPT).reply_to(request)],
    })
    .await;
    let settings = RadiusSettings {
        tries: 2,
        ..brisk(vec![silent.server(), good.server()])
    };

    let verdict = verify(&settings, "123456").await;

    assert_eq!(verdict.unwrap(), ACCEPTED);
    let (silent, good) = (silent.requests(), good.requests());
    assert_eq!((silent.len(), good.len()), (2, 2));
    assert_eq!(silent[0], silent[1]);
    assert_eq!(good[0], good[1]);
    assert_ne!(silent[0][4..20], good[0][4..20]);
}

#[tokio::test]
async fn a_no_of_the_first_server_is_final() {
    let first = Script::start(|request, _| vec![Forge::new(REJECT).reply_to(request)]).await;
    let second = Script::start(|request, _| vec![Forge::new(ACCEPT).reply_to(request)]).await;

    let verdict = verify(&settings(vec![first.server(), second.server()]), "123456").await;

    assert_eq!(verdict.unwrap(), Verdict::Reject);
    assert!(second.requests().is_empty());
}

#[tokio::test]
async fn a_dead_server_costs_no_time_if_there_is_another() {
    let good = Script::start(|request, _| vec![Forge::new(ACCEPT).reply_to(request)]).await;
    let settings = RadiusSettings {
        time_out: Duration::from_secs(12),
        ..settings(vec![server(dead_port().await), good.server()])
    };
    let start = Instant::now();

    let verdict = verify(&settings, "123456").await;

    assert_eq!(verdict.unwrap(), ACCEPTED);
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_refusal_does_not_end_the_last_attempt() {
    let settings = impatient(vec![server(dead_port().await)]);
    let start = Instant::now();

    let verdict = verify(&settings, "123456").await;

    assert!(matches!(verdict, Err(FactorError::Unreachable { .. })));
    assert!(settings.time_out <= start.elapsed());
}

#[tokio::test]
async fn a_server_may_go_without_message_authenticator_only_if_the_settings_say_so() {
    let script = Script::start(|request, _| {
        vec![
            Forge::new(ACCEPT)
                .without_message_authenticator()
                .reply_to(request),
        ]
    })
    .await;
    let strict = impatient(vec![script.server()]);
    let lax = RadiusSettings {
        require_message_authenticator: false,
        ..settings(vec![script.server()])
    };

    assert!(matches!(
        verify(&strict, "123456").await,
        Err(FactorError::Unreachable { .. })
    ));
    assert_eq!(verify(&lax, "123456").await.unwrap(), ACCEPTED);
}

#[tokio::test]
async fn without_right_settings_nothing_works() {
    let person: Username = "d.okafor".parse().unwrap();

    for bytes in [&b""[..], b"garbage", b"{\"servers\":[]}"] {
        let verdict = ask(&enrolment(), bytes, &Challenge::default(), "123456").await;
        let enrolled = Radius::default().enrol(&Newcomer {
            settings: bytes,
            ..newcomer(&person, &Seeded::new(1))
        });

        assert!(matches!(verdict, Err(FactorError::Settings(_))));
        assert!(matches!(enrolled, Err(FactorError::Settings(_))));
    }
}

#[test]
fn people_have_their_own_name_on_the_servers() {
    let person: Username = "d.okafor".parse().unwrap();
    let settings = settings(vec![server(1812)]).to_bytes().unwrap();

    let enrolled = Radius::default()
        .enrol(&Newcomer {
            settings: &settings,
            ..newcomer(&person, &Seeded::new(1))
        })
        .unwrap();

    assert_eq!(enrolled.private, br#"{"username":"d.okafor"}"#);
    assert!(matches!(enrolled.shown, Shown::Nothing));
    assert!(matches!(
        Radius::default().show(&person, &enrolled.private),
        Ok(Shown::Nothing)
    ));
    assert_eq!(
        Radius::default().summarize(&enrolled.private).unwrap(),
        FactorSummary::default()
    );
}

#[tokio::test]
async fn a_damaged_enrolment_is_an_error() {
    let settings = settings(vec![server(1812)]).to_bytes().unwrap();
    let long = format!("{{\"username\":\"{}\"}}", "x".repeat(254));

    for bytes in [
        "",
        "garbage",
        "{}",
        r#"{"username":""}"#,
        r#"{"username":" d.okafor"}"#,
        r#"{"username":"d\u0000"}"#,
        r#"{"username":"d.okafor","more":1}"#,
        &long,
    ] {
        let verdict = ask(bytes.as_bytes(), &settings, &Challenge::default(), "123456").await;
        assert!(matches!(verdict, Err(FactorError::DamagedEnrolment)), "{bytes}");
    }
}

const ACCEPTED: Verdict = Verdict::Accept { enrolment: None };

fn enrolment() -> Vec<u8> {
    RadiusEnrolment::new("d.okafor").unwrap().to_bytes().unwrap()
}

async fn verify(settings: &RadiusSettings, code: &str) -> Result<Verdict, FactorError> {
    answer_to(settings, &Challenge::default(), code).await
}

async fn verify_with(settings: &RadiusSettings, code: &str, chance: &Seeded) -> Result<Verdict, FactorError> {
    let proof = Proof {
        enrolment: &enrolment(),
        challenge: &Challenge::default(),
        settings: &settings.to_bytes().unwrap(),
        chance,
    };
    Radius::default().verify(&proof, &answer(code)).await
}

async fn asked(settings: &RadiusSettings, code: &str) -> Challenge {
    let Verdict::Ask(challenge) = verify(settings, code).await.unwrap() else {
        panic!("the server asks");
    };
    challenge
}

async fn answer_to(
    settings: &RadiusSettings,
    challenge: &Challenge,
    code: &str,
) -> Result<Verdict, FactorError> {
    ask(&enrolment(), &settings.to_bytes().unwrap(), challenge, code).await
}

async fn ask(
    enrolment: &[u8],
    settings: &[u8],
    challenge: &Challenge,
    code: &str,
) -> Result<Verdict, FactorError> {
    let proof = Proof {
        enrolment,
        challenge,
        settings,
        chance: &Seeded::new(2),
    };
    Radius::default().verify(&proof, &answer(code)).await
}

fn answer(code: &str) -> Answer {
    Answer {
        code: Secret::new(code),
        at: Timestamp::from_micros(5),
        address: "192.0.2.7".to_owned(),
    }
}
