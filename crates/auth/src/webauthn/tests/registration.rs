use serde_json::{Value, json};

use super::*;

fn parsed(options: &str) -> Value {
    serde_json::from_str::<Value>(options).unwrap()["publicKey"].clone()
}

#[tokio::test]
async fn the_options_say_for_which_site_and_person_the_key_is() {
    let (_, options) = start(ADA, &[], "");

    let options = parsed(&options);

    assert_eq!(
        options["rp"],
        json!({"id": "pw.example.org", "name": "Portcullis"})
    );
    assert_eq!(options["user"]["name"], "d.okafor");
    assert_eq!(options["user"]["id"], "AAAAAAAAAAAAAAAAAAAABw");
    assert_eq!(options["attestation"], "none");
    assert_eq!(options["authenticatorSelection"]["userVerification"], "preferred");
    assert_eq!(options["authenticatorSelection"]["residentKey"], "preferred");
    let algorithms: Vec<_> = options["pubKeyCredParams"].as_array().unwrap().iter().collect();
    assert_eq!(
        algorithms.iter().map(|one| &one["alg"]).collect::<Vec<_>>(),
        [-7, -35, -257]
    );
    assert_eq!(options["challenge"].as_str().unwrap().len(), 43);
}

#[tokio::test]
async fn the_settings_reach_the_browser() {
    for word in ["discouraged", "preferred", "required"] {
        let settings = format!("{{\"user_verification\":\"{word}\"}}");
        let (_, options) = start(ADA, &[], &settings);
        let enrolled = enrol(ADA, &TestKey::new("a"), &How::default(), &settings).await;
        let challenge = ask(&[&enrolled], &settings).await;

        assert_eq!(
            parsed(&options)["authenticatorSelection"]["userVerification"],
            word
        );
        assert_eq!(parsed(&challenge.public)["userVerification"], word);
    }
}

#[tokio::test]
async fn an_unconfirmed_key_shows_the_same_options_again_and_a_confirmed_one_nothing() {
    let person: Username = "d.okafor".parse().unwrap();
    let (pending, options) = start(ADA, &[], "");

    let Shown::Options(again) = factor().show(&person, &pending).unwrap() else {
        panic!("the browser gets options");
    };
    let answer = TestKey::new("a").create(&options, &How::default());
    let confirmed = accepted(confirm(&pending, "", &answer).await);

    assert_eq!(again, options);
    assert!(matches!(factor().show(&person, &confirmed), Ok(Shown::Nothing)));
    let summary = FactorSummary {
        alone: Alone::Perhaps,
        ..FactorSummary::default()
    };
    assert_eq!(factor().summarize(&confirmed).unwrap(), summary);
}

#[tokio::test]
async fn a_key_can_be_enrolled_once_per_person() {
    let key = TestKey::new("a");
    let first = enrol(ADA, &key, &How::default(), "").await;
    let unconfirmed = start(ADA, &[], "").0;

    let (pending, options) = start(ADA, &[&first, &unconfirmed], "");

    assert_eq!(
        parsed(&options)["excludeCredentials"],
        json!([{"type": "public-key", "id": key.id()}])
    );
    let again = key.create(&options, &How::default());
    assert_eq!(confirm(&pending, "", &again).await.unwrap(), Verdict::Reject);
    let other = TestKey::new("b").create(&options, &How::default());
    accepted(confirm(&pending, "", &other).await);
}

#[tokio::test]
async fn a_registration_from_elsewhere_is_refused() {
    let honest = How::default;
    let elsewhere = [
        How {
            origin: "https://badexample.org".to_owned(),
            ..honest()
        },
        How {
            origin: "https://badpw.example.org:7272".to_owned(),
            ..honest()
        },
        How {
            origin: "https://sub.pw.example.org:7272".to_owned(),
            ..honest()
        },
        How {
            origin: "https://example.org:7272".to_owned(),
            ..honest()
        },
        How {
            origin: "https://pw.example.org".to_owned(),
            ..honest()
        },
        How {
            origin: "https://pw.example.org:7273".to_owned(),
            ..honest()
        },
        How {
            origin: "http://pw.example.org:7272".to_owned(),
            ..honest()
        },
        How {
            origin: "https://pw.example.org:7272/".to_owned(),
            ..honest()
        },
        How {
            origin: "https://pw.example.org:7272@badexample.org".to_owned(),
            ..honest()
        },
        How {
            origin: String::new(),
            ..honest()
        },
        How {
            cross_origin: json!(true),
            ..honest()
        },
        How {
            cross_origin: json!("no"),
            ..honest()
        },
        How {
            rp_id: "example.org".to_owned(),
            ..honest()
        },
        How {
            kind: Some("webauthn.get"),
            ..honest()
        },
        How {
            present: false,
            ..honest()
        },
    ];
    let (pending, options) = start(ADA, &[], "");

    for how in elsewhere {
        let answer = TestKey::new("a").create(&options, &how);
        let verdict = confirm(&pending, "", &answer).await;
        assert_eq!(verdict.unwrap(), Verdict::Reject, "{how:?}");
    }

    let answer = TestKey::new("a").create(
        &options,
        &How {
            cross_origin: Value::Null,
            ..honest()
        },
    );
    accepted(confirm(&pending, "", &answer).await);
}

#[tokio::test]
async fn a_registration_answers_one_challenge() {
    let (first, options) = start(ADA, &[], "");
    let (second, _) = start(ADA, &[], "");
    let answer = TestKey::new("a").create(&options, &How::default());

    assert_eq!(confirm(&second, "", &answer).await.unwrap(), Verdict::Reject);
    let confirmed = accepted(confirm(&first, "", &answer).await);
    assert_eq!(confirm(&confirmed, "", &answer).await.unwrap(), Verdict::Reject);
}

#[tokio::test]
async fn a_key_with_an_algorithm_that_was_not_offered_is_refused() {
    let (pending, options) = start(ADA, &[], "");

    for algorithm in [-8, -36, -65_535, 0] {
        let how = How {
            algorithm,
            ..How::default()
        };
        let answer = TestKey::new("a").create(&options, &how);
        assert_eq!(confirm(&pending, "", &answer).await.unwrap(), Verdict::Reject);
    }
    // The same with one that the library knows.
    let offered = String::from_utf8(pending).unwrap();
    let others = offered.replace(r#"["ES256","ES384","RS256"]"#, r#"["ES384","RS256"]"#);
    let answer = TestKey::new("a").create(&options, &How::default());
    assert_eq!(
        confirm(others.as_bytes(), "", &answer).await.unwrap(),
        Verdict::Reject
    );
    accepted(confirm(offered.as_bytes(), "", &answer).await);
}

#[tokio::test]
async fn a_key_that_does_not_verify_is_refused_if_it_must() {
    for (then, now, accepts) in [
        (REQUIRED, REQUIRED, false),
        (REQUIRED, DISCOURAGED, false),
        (DISCOURAGED, REQUIRED, false),
        (PREFERRED, PREFERRED, true),
        (DISCOURAGED, DISCOURAGED, true),
        ("", "", true),
    ] {
        let (pending, options) = start(ADA, &[], then);
        let key = TestKey::new("a");

        let verdict = confirm(&pending, now, &key.create(&options, &unverified()))
            .await
            .unwrap();
        assert_eq!(verdict != Verdict::Reject, accepts, "{then} {now}");

        let confirmed = accepted(confirm(&pending, now, &key.create(&options, &How::default())).await);
        assert!(verified_user(&confirmed).unwrap());
    }
}

#[tokio::test]
async fn garbage_is_not_a_registration() {
    let (pending, options) = start(ADA, &[], "");
    let good = TestKey::new("a").create_self_attested(&options, &How::default(), [3; 16]);

    for answer in garbage(&good, &["attestationObject", "clientDataJSON"]) {
        let verdict = confirm(&pending, "", &answer).await.unwrap();
        assert_eq!(verdict, Verdict::Reject, "{answer}");
    }
    accepted(confirm(&pending, "", &good).await);
}

#[tokio::test]
async fn a_damaged_enrolment_is_an_error() {
    let key = TestKey::new("a");
    let person: Username = "d.okafor".parse().unwrap();
    let enrolled = String::from_utf8(enrol(ADA, &key, &How::default(), "").await).unwrap();
    let challenge = ask(&[enrolled.as_bytes()], "").await;
    let answer = key.get(&challenge.public, &counting(2));

    for damaged in [
        "",
        "{}",
        "{\"confirmed\":{}}",
        &enrolled[1..],
        &enrolled.replace("ES256", "ES1"),
    ] {
        let bytes = damaged.as_bytes();
        assert!(matches!(
            confirm(bytes, "", &answer).await,
            Err(FactorError::DamagedEnrolment)
        ));
        assert!(matches!(
            judge(bytes, &challenge, "", &answer).await,
            Err(FactorError::DamagedEnrolment)
        ));
        assert!(matches!(
            factor().summarize(bytes),
            Err(FactorError::DamagedEnrolment)
        ));
        assert!(matches!(
            factor().show(&person, bytes),
            Err(FactorError::DamagedEnrolment)
        ));
        assert!(matches!(verified_user(bytes), Err(FactorError::DamagedEnrolment)));
    }
}
