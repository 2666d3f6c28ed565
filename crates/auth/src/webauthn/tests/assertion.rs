use serde_json::{Value, json};

use super::*;

#[tokio::test]
async fn a_key_proves_its_owner_and_its_counter_is_written_back() {
    let key = TestKey::new("a");
    let enrolled = enrol(ADA, &key, &How::default(), "").await;

    let once = sign_in(&enrolled, "", &key, &counting(2)).await;
    let once = accepted(Ok(once));
    let twice = sign_in(&once, "", &key, &counting(7)).await;

    assert_ne!(once, enrolled);
    assert_ne!(accepted(Ok(twice)), once);
}

#[tokio::test]
async fn a_counter_that_does_not_rise_is_refused() {
    let key = TestKey::new("a");
    let enrolled = enrol(ADA, &key, &counting(5), "").await;

    for counter in [0, 4, 5] {
        assert_eq!(
            sign_in(&enrolled, "", &key, &counting(counter)).await,
            Verdict::Reject
        );
    }
    assert_ne!(sign_in(&enrolled, "", &key, &counting(6)).await, Verdict::Reject);
}

#[tokio::test]
async fn a_key_that_does_not_count_is_accepted() {
    let key = TestKey::new("a");
    let enrolled = enrol(ADA, &key, &counting(0), "").await;

    let once = accepted(Ok(sign_in(&enrolled, "", &key, &counting(0)).await));

    assert_ne!(sign_in(&once, "", &key, &counting(0)).await, Verdict::Reject);
}

#[tokio::test]
async fn an_answer_is_refused_after_its_counter_was_written_back() {
    let key = TestKey::new("a");
    let enrolled = enrol(ADA, &key, &How::default(), "").await;
    let challenge = ask(&[&enrolled], "").await;
    let answer = key.get(&challenge.public, &counting(2));

    let used = accepted(judge(&enrolled, &challenge, "", &answer).await);

    assert_eq!(
        judge(&used, &challenge, "", &answer).await.unwrap(),
        Verdict::Reject
    );
}

#[tokio::test]
async fn an_assertion_from_elsewhere_is_refused() {
    let honest = || counting(2);
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
            kind: Some("webauthn.create"),
            ..honest()
        },
        How {
            present: false,
            ..honest()
        },
    ];
    let key = TestKey::new("a");
    let enrolled = enrol(ADA, &key, &How::default(), "").await;

    for how in elsewhere {
        assert_eq!(
            sign_in(&enrolled, "", &key, &how).await,
            Verdict::Reject,
            "{how:?}"
        );
    }
    assert_ne!(sign_in(&enrolled, "", &key, &honest()).await, Verdict::Reject);
}

#[tokio::test]
async fn an_answer_to_an_older_challenge_is_refused() {
    let key = TestKey::new("a");
    let enrolled = enrol(ADA, &key, &How::default(), "").await;
    let older = ask(&[&enrolled], "").await;
    let newer = ask(&[&enrolled], "").await;

    let answer = key.get(&older.public, &counting(2));

    assert_eq!(
        judge(&enrolled, &newer, "", &answer).await.unwrap(),
        Verdict::Reject
    );
}

#[tokio::test]
async fn a_challenge_of_another_ceremony_is_refused() {
    let key = TestKey::new("a");
    let enrolled = enrol(ADA, &key, &How::default(), "").await;
    let (pending, registering) = start(ADA, &[], "");
    let foreign = [
        Challenge::default(),
        Challenge {
            private: pending.clone(),
            public: registering.clone(),
            code: None,
            call: None,
        },
        Challenge {
            private: enrolled.clone(),
            public: registering.clone(),
            code: None,
            call: None,
        },
        factor().discoverable_challenge().unwrap(),
    ];

    for challenge in foreign {
        let asked = if challenge.public.is_empty() {
            &registering
        } else {
            &challenge.public
        };
        let answer = key.get(asked, &counting(2));
        assert_eq!(
            judge(&enrolled, &challenge, "", &answer).await.unwrap(),
            Verdict::Reject
        );
    }
    // An assertion does not confirm an enrolment, and an unconfirmed one proves nothing.
    let assertion = key.get(&registering, &counting(2));
    assert_eq!(confirm(&pending, "", &assertion).await.unwrap(), Verdict::Reject);
    let challenge = ask(&[&enrolled], "").await;
    let assertion = key.get(&challenge.public, &counting(2));
    assert_eq!(
        judge(&pending, &challenge, "", &assertion).await.unwrap(),
        Verdict::Reject
    );
}

#[tokio::test]
async fn all_confirmed_keys_are_asked_for_and_each_proves_only_itself() {
    let [first, second, late] = ["a", "b", "c"].map(TestKey::new);
    let one = enrol(ADA, &first, &How::default(), "").await;
    let two = enrol(ADA, &second, &How::default(), "").await;
    let (pending, _) = start(ADA, &[], "");

    let challenge = ask(&[&one, &pending, &two], "").await;

    let options: Value = serde_json::from_str(&challenge.public).unwrap();
    assert_eq!(options["publicKey"]["rpId"], "pw.example.org");
    let asked = options["publicKey"]["allowCredentials"].as_array().unwrap();
    assert_eq!(
        asked.iter().map(|key| &key["id"]).collect::<Vec<_>>(),
        [&first.id(), &second.id()]
    );
    let answer = second.get(&challenge.public, &counting(2));
    assert_eq!(
        judge(&one, &challenge, "", &answer).await.unwrap(),
        Verdict::Reject
    );
    accepted(judge(&two, &challenge, "", &answer).await);
    // A key that came after the question does not answer it.
    let three = enrol(ADA, &late, &How::default(), "").await;
    let answer = late.get(&challenge.public, &counting(2));
    assert_eq!(
        judge(&three, &challenge, "", &answer).await.unwrap(),
        Verdict::Reject
    );
}

#[tokio::test]
async fn without_a_confirmed_key_nothing_is_asked() {
    let (pending, _) = start(ADA, &[], "");
    for enrolments in [&[][..], &[pending.as_slice()]] {
        let asking = Asking {
            enrolments,
            settings: &[],
            at: Timestamp::from_micros(0),
            chance: &Seeded::new(1),
        };

        assert!(matches!(
            factor().challenge(&asking).await,
            Err(FactorError::Settings(_))
        ));
    }
}

#[tokio::test]
async fn the_key_of_another_person_is_refused() {
    let [key, bens] = ["a", "b"].map(TestKey::new);
    let enrolled = enrol(ADA, &key, &How::default(), "").await;
    let of_ben = enrol(BEN, &bens, &How::default(), "").await;
    let challenge = ask(&[&enrolled], "").await;

    let answer = bens.get(&challenge.public, &counting(2));

    assert_eq!(
        judge(&enrolled, &challenge, "", &answer).await.unwrap(),
        Verdict::Reject
    );
    assert_eq!(
        judge(&of_ben, &challenge, "", &answer).await.unwrap(),
        Verdict::Reject
    );
    // Nor can the right key say that it is Ben's, or another key that it is this one.
    let how = How {
        user_handle: Some(BEN.0.as_bytes().to_vec()),
        ..counting(2)
    };
    assert_eq!(sign_in(&enrolled, "", &key, &how).await, Verdict::Reject);
    let forged = answer.replace(&bens.id(), &key.id());
    assert_eq!(
        judge(&enrolled, &challenge, "", &forged).await.unwrap(),
        Verdict::Reject
    );
    let how = How {
        user_handle: Some(ADA.0.as_bytes().to_vec()),
        ..counting(2)
    };
    assert_ne!(sign_in(&enrolled, "", &key, &how).await, Verdict::Reject);
}

#[tokio::test]
async fn a_key_that_does_not_verify_is_refused_if_it_must() {
    let key = TestKey::new("a");
    let enrolled = enrol(ADA, &key, &unverified(), PREFERRED).await;
    let how = How {
        verified: false,
        ..counting(2)
    };

    for (then, now, accepts) in [
        (REQUIRED, REQUIRED, false),
        (REQUIRED, DISCOURAGED, false),
        (DISCOURAGED, REQUIRED, false),
        (PREFERRED, PREFERRED, true),
        (DISCOURAGED, DISCOURAGED, true),
    ] {
        let challenge = ask(&[&enrolled], then).await;
        let answer = key.get(&challenge.public, &how);
        let verdict = judge(&enrolled, &challenge, now, &answer).await.unwrap();
        assert_eq!(verdict != Verdict::Reject, accepts, "{then} {now}");
    }
}

#[tokio::test]
async fn a_key_that_verified_when_it_was_enrolled_must_do_so_unless_that_is_discouraged() {
    let key = TestKey::new("a");
    let how = How {
        verified: false,
        ..counting(2)
    };

    for (then, now, accepts) in [
        (PREFERRED, PREFERRED, false),
        (REQUIRED, PREFERRED, false),
        (PREFERRED, DISCOURAGED, true),
        (REQUIRED, DISCOURAGED, true),
    ] {
        let enrolled = enrol(ADA, &key, &How::default(), then).await;
        let verdict = sign_in(&enrolled, now, &key, &how).await;
        assert_eq!(verdict != Verdict::Reject, accepts, "{then} {now}");
    }
}

#[tokio::test]
async fn the_enrolment_tells_whether_the_person_was_verified_this_time() {
    let key = TestKey::new("a");
    let enrolled = enrol(ADA, &key, &unverified(), "").await;

    let with = accepted(Ok(sign_in(&enrolled, "", &key, &counting(2)).await));
    let how = How {
        verified: false,
        ..counting(3)
    };
    let without = accepted(Ok(sign_in(&with, "", &key, &how).await));

    assert!(!verified_user(&enrolled).unwrap());
    assert!(verified_user(&with).unwrap());
    assert!(!verified_user(&without).unwrap());
    assert!(!verified_user(&start(ADA, &[], "").0).unwrap());
}

#[tokio::test]
async fn garbage_is_not_an_assertion() {
    let key = TestKey::new("a");
    let enrolled = enrol(ADA, &key, &How::default(), "").await;
    let challenge = ask(&[&enrolled], "").await;
    let good = key.get(&challenge.public, &counting(2));
    accepted(judge(&enrolled, &challenge, "", &good).await);

    for answer in garbage(&good, &["authenticatorData", "clientDataJSON", "signature"]) {
        let verdict = judge(&enrolled, &challenge, "", &answer).await.unwrap();
        assert_eq!(verdict, Verdict::Reject, "{answer}");
    }
}
