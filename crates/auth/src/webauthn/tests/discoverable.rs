use serde_json::{Value, json};

use super::*;

fn of(user: UserId) -> How {
    How {
        user_handle: Some(user.0.as_bytes().to_vec()),
        ..counting(2)
    }
}

fn judge_passkey(enrolment: &[u8], challenge: &Challenge, answer: &str) -> Verdict {
    let proof = proof(enrolment, challenge, DISCOURAGED);
    factor().verify_discoverable(&proof, &typed(answer)).unwrap()
}

#[tokio::test]
async fn a_passkey_tells_whose_it_is_and_proves_it() {
    let key = TestKey::new("a");
    let enrolled = enrol(ADA, &key, &How::default(), "").await;

    let challenge = factor().discoverable_challenge().unwrap();
    let answer = key.get(&challenge.public, &of(ADA));

    let options: Value = serde_json::from_str(&challenge.public).unwrap();
    assert_eq!(options["publicKey"]["allowCredentials"], json!([]));
    assert_eq!(options["publicKey"]["userVerification"], "required");
    assert_eq!(claimed_user(&typed(&answer)), Some(ADA));
    let used = accepted(Ok(judge_passkey(&enrolled, &challenge, &answer)));
    assert_eq!(factor().summarize(&used).unwrap().alone, Alone::Yes);
    assert_eq!(judge_passkey(&used, &challenge, &answer), Verdict::Reject);
}

#[tokio::test]
async fn a_passkey_must_say_whose_it_is_and_verify_the_person() {
    let key = TestKey::new("a");
    let enrolled = enrol(ADA, &key, &unverified(), DISCOURAGED).await;
    let challenge = factor().discoverable_challenge().unwrap();

    for how in [
        counting(2),
        of(BEN),
        How {
            verified: false,
            ..of(ADA)
        },
    ] {
        let answer = key.get(&challenge.public, &how);
        assert_eq!(judge_passkey(&enrolled, &challenge, &answer), Verdict::Reject);
    }
    assert_eq!(
        claimed_user(&typed(&key.get(&challenge.public, &counting(2)))),
        None
    );
}

#[tokio::test]
async fn a_passkey_answers_only_the_question_for_any_passkey() {
    let [key, other] = ["a", "b"].map(TestKey::new);
    let enrolled = enrol(ADA, &key, &How::default(), "").await;
    let (pending, _) = start(ADA, &[], "");
    let factor_challenge = ask(&[&enrolled], REQUIRED).await;
    let challenge = factor().discoverable_challenge().unwrap();
    let answer = key.get(&challenge.public, &of(ADA));

    assert_eq!(
        judge_passkey(
            &enrolled,
            &factor_challenge,
            &key.get(&factor_challenge.public, &of(ADA))
        ),
        Verdict::Reject
    );
    assert_eq!(judge_passkey(&pending, &challenge, &answer), Verdict::Reject);
    let newer = factor().discoverable_challenge().unwrap();
    assert_eq!(judge_passkey(&enrolled, &newer, &answer), Verdict::Reject);
    // Ada's name on Ben's key, and a key inside another site.
    let forged = other
        .get(&challenge.public, &of(ADA))
        .replace(&other.id(), &key.id());
    assert_eq!(judge_passkey(&enrolled, &challenge, &forged), Verdict::Reject);
    let framed = How {
        cross_origin: json!(true),
        ..of(ADA)
    };
    assert_eq!(
        judge_passkey(&enrolled, &challenge, &key.get(&challenge.public, &framed)),
        Verdict::Reject
    );
}

#[test]
fn garbage_claims_nobody() {
    for text in ["", "{}", &"a".repeat(1024 * 1024)] {
        assert_eq!(claimed_user(&typed(text)), None);
    }
}

#[tokio::test]
async fn a_key_is_known_to_sign_in_alone_once_the_browser_said_so_or_it_did() {
    let alone = |enrolment: &[u8]| factor().summarize(enrolment).unwrap().alone;
    let told = |discoverable| How {
        discoverable,
        ..How::default()
    };
    let key = TestKey::new("a");
    let silent = enrol(ADA, &key, &told(None), "").await;
    let challenge = factor().discoverable_challenge().unwrap();
    let answer = key.get(&challenge.public, &of(ADA));

    assert_eq!(alone(&silent), Alone::Perhaps);
    assert_eq!(alone(&enrol(ADA, &key, &told(Some(true)), "").await), Alone::Yes);
    assert_eq!(alone(&enrol(ADA, &key, &told(Some(false)), "").await), Alone::No);
    assert_eq!(alone(&enrol(ADA, &key, &unverified(), "").await), Alone::No);
    assert_eq!(alone(&start(ADA, &[], "").0), Alone::No);
    let used = accepted(Ok(judge_passkey(&silent, &challenge, &answer)));
    assert_eq!(alone(&used), Alone::Yes);
}

#[tokio::test]
async fn where_passkeys_count_as_both_proofs_a_new_key_must_be_one() {
    const PASSKEYS: &str = r#"{"passkeys":true}"#;
    let (pending, options) = start(ADA, &[], PASSKEYS);
    let (_, plain) = start(ADA, &[], "");
    let key = TestKey::new("a");

    let asked: Value = serde_json::from_str(&options).unwrap();
    let selection = &asked["publicKey"]["authenticatorSelection"];
    assert_eq!(selection["residentKey"], "required");
    assert_eq!(selection["requireResidentKey"], true);
    assert_eq!(selection["userVerification"], "required");
    let plain: Value = serde_json::from_str(&plain).unwrap();
    assert_eq!(
        plain["publicKey"]["authenticatorSelection"]["residentKey"],
        "preferred"
    );
    assert_eq!(asked["publicKey"]["extensions"]["credProps"], true);
    let unverified = key.create(&options, &unverified());
    assert_eq!(
        confirm(&pending, PASSKEYS, &unverified).await.unwrap(),
        Verdict::Reject
    );
    // What was set up before goes on as the second proof.
    let old = enrol(ADA, &key, &self::unverified(), "").await;
    assert_ne!(
        sign_in(
            &old,
            PASSKEYS,
            &key,
            &How {
                counter: 2,
                ..self::unverified()
            }
        )
        .await,
        Verdict::Reject
    );
}
