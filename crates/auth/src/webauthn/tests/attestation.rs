use serde_json::json;

use super::vendor::Vendor;
use super::*;

const MODEL: [u8; 16] = [3; 16];

fn settings(models: Vec<KeyModel>) -> String {
    serde_json::to_string(&WebAuthnSettings {
        user_verification: UserVerification::Preferred,
        attestation: Attestation::Required(models),
        ..WebAuthnSettings::default()
    })
    .unwrap()
}

#[tokio::test]
async fn a_key_whose_maker_attests_an_allowed_model_is_accepted() {
    let vendor = Vendor::new("Acme", MODEL);
    let settings = settings(vec![vendor.model()]);
    let (pending, options) = start(ADA, &[], &settings);
    let key = TestKey::new("a");

    let answer = vendor.attest(&key, &options, &How::default());

    assert!(options.contains(r#""attestation":"direct""#));
    let enrolled = accepted(confirm(&pending, &settings, &answer).await);
    assert_ne!(
        sign_in(&enrolled, &settings, &key, &counting(2)).await,
        Verdict::Reject
    );
}

#[tokio::test]
async fn a_key_without_the_right_attestation_is_refused_where_one_is_required() {
    let vendor = Vendor::new("Acme", MODEL);
    let stranger = Vendor::new("Acme", MODEL);
    let settings = settings(vec![vendor.model()]);
    let (pending, options) = start(ADA, &[], &settings);
    let key = TestKey::new("a");
    let how = How::default();

    let other_model = Vendor {
        aaguid: [4; 16],
        ..vendor
    };
    let answers = [
        ("none", key.create(&options, &how)),
        (
            "by the key itself",
            key.create_self_attested(&options, &how, MODEL),
        ),
        ("by a stranger", stranger.attest(&key, &options, &how)),
        ("of another model", other_model.attest(&key, &options, &how)),
    ];

    for (what, answer) in answers {
        assert_eq!(
            confirm(&pending, &settings, &answer).await.unwrap(),
            Verdict::Reject,
            "{what}"
        );
    }
}

#[tokio::test]
async fn a_model_that_is_not_on_the_list_is_refused() {
    let vendor = Vendor::new("Acme", MODEL);
    let mut model = vendor.model();
    model.aaguid = Uuid::from_bytes([4; 16]);
    let settings = settings(vec![model]);
    let (pending, options) = start(ADA, &[], &settings);

    let answer = vendor.attest(&TestKey::new("a"), &options, &How::default());

    assert_eq!(
        confirm(&pending, &settings, &answer).await.unwrap(),
        Verdict::Reject
    );
}

#[tokio::test]
async fn the_attestation_that_is_required_when_the_answer_comes_counts() {
    let vendor = Vendor::new("Acme", MODEL);
    let (pending, options) = start(ADA, &[], "");
    let answer = TestKey::new("a").create(&options, &How::default());

    let verdict = confirm(&pending, &settings(vec![vendor.model()]), &answer).await;

    assert_eq!(verdict.unwrap(), Verdict::Reject);
}

#[tokio::test]
async fn an_attestation_nobody_asked_for_does_no_harm_unless_its_signature_is_wrong() {
    let vendor = Vendor::new("Acme", MODEL);
    let other = Vendor::new("Other", MODEL);
    let (pending, options) = start(ADA, &[], "");
    let key = TestKey::new("a");
    let mixed = Vendor {
        certificate: other.certificate.clone(),
        ..Vendor::new("Acme", MODEL)
    };

    let wrong = mixed.attest(&key, &options, &How::default());
    let right = vendor.attest(&key, &options, &How::default());

    assert_eq!(confirm(&pending, "", &wrong).await.unwrap(), Verdict::Reject);
    accepted(confirm(&pending, "", &right).await);
}

#[tokio::test]
async fn settings_that_nobody_can_satisfy_are_an_error() {
    let model = json!({"aaguid": Uuid::from_bytes(MODEL), "root": "not PEM"});
    let bad = [
        "{".to_owned(),
        r#"{"user_verification":"always"}"#.to_owned(),
        r#"{"attestation":"required"}"#.to_owned(),
        r#"{"attestation":{"required":[]}}"#.to_owned(),
        r#"{"uv":"required"}"#.to_owned(),
        json!({"attestation": {"required": [model]}}).to_string(),
    ];

    for settings in bad {
        let parsed = WebAuthnSettings::parse(settings.as_bytes());
        assert!(matches!(parsed, Err(FactorError::Settings(_))), "{settings}");
    }
    assert_eq!(WebAuthnSettings::parse(b"").unwrap(), WebAuthnSettings::default());
    assert_eq!(
        WebAuthnSettings::parse(b"{}").unwrap(),
        WebAuthnSettings::default()
    );
}
