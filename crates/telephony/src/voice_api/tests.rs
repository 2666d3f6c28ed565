//! What a provider may say, and what somebody else makes of it.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use portcullis_model::{CallHook, Secret};
use portcullis_testkit::fuzz::Mutator;
use reqwest::Url;
use sha1::Sha1;

use super::webhook::{Doubt, Expected, Status, Webhook, read};

const TOKEN: &str = "12345";
const ACCOUNT: &str = "AC0123456789";
const CALL: &str = "CA1234567890ABCDE";
const URL: &str = "https://vault.example:7272/hooks/voice/abc/1";
const KEYS: &str =
    "AccountSid=AC0123456789&CallSid=CA1234567890ABCDE&CallStatus=in-progress&Digits=471&FinishedOnKey=#";

fn sign(url: &str, parameters: &[(String, String)]) -> String {
    let sorted: BTreeMap<_, _> = parameters.iter().cloned().collect();
    let mut mac = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()).unwrap();
    mac.update(url.as_bytes());
    for (name, value) in sorted {
        mac.update(format!("{name}{value}").as_bytes());
    }
    BASE64.encode(&mac.finalize().into_bytes())
}

fn parameters(body: &str) -> Vec<(String, String)> {
    let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn hook(body: &str, signature: &str) -> CallHook {
    CallHook {
        token: "abc".to_owned(),
        event: "1".to_owned(),
        parameters: parameters(body),
        signature: signature.to_owned(),
    }
}

fn believe(hook: &CallHook) -> Result<Webhook, Doubt> {
    let expected = Expected {
        auth_token: &Secret::new(TOKEN),
        account: ACCOUNT,
        call: CALL,
        url: Url::parse(URL).unwrap(),
    };
    read(hook, &expected)
}

/// What becomes of a request that the provider signed.
fn signed(body: &str) -> Result<Webhook, Doubt> {
    believe(&hook(body, &sign(URL, &parameters(body))))
}

#[test]
fn what_the_provider_signed_is_believed() {
    let webhook = signed(KEYS).unwrap();

    assert_eq!(webhook.status, Status::InProgress);
    let pressed: Vec<u8> = webhook.digits.iter().map(|key| key.label()).collect();
    assert_eq!(pressed, b"471");
    assert!(webhook.has_pound);
}

#[test]
fn digits_that_the_time_ended_have_no_pound_and_an_empty_row_has_one_only_if_it_was_pressed() {
    let pound = |change: &str| {
        signed(&KEYS.replace("Digits=471&FinishedOnKey=#", change))
            .unwrap()
            .has_pound
    };

    assert!(!pound("Digits=471&FinishedOnKey="));
    assert!(pound("Digits=471"), "a provider that does not tell");
    assert!(!pound("Digits="));
    assert!(!pound("Msg=Gather+End"));
    assert!(pound("Digits=&FinishedOnKey=#"));
}

#[test]
fn each_doubt_is_enough() {
    let good = sign(URL, &parameters(KEYS));
    let elsewhere = sign("https://vault.example:7272/hooks/voice/abc/2", &parameters(KEYS));

    assert!(believe(&hook(KEYS, &good)).is_ok());
    assert_eq!(believe(&hook(KEYS, "")), Err(Doubt::Signature));
    assert_eq!(believe(&hook(KEYS, &elsewhere)), Err(Doubt::Signature));
    assert_eq!(believe(&hook("", &good)), Err(Doubt::Signature));
    assert_eq!(
        believe(&hook(&KEYS.replace("471", "472"), &good)),
        Err(Doubt::Signature)
    );
    assert_eq!(signed(""), Err(Doubt::OtherCall));
    assert_eq!(signed(&KEYS.replace("CA1", "CA2")), Err(Doubt::OtherCall));
    assert_eq!(signed(&KEYS.replace("AC0", "AC1")), Err(Doubt::OtherCall));
    assert_eq!(signed(&KEYS.replace("in-progress", "")), Err(Doubt::Status));
    assert_eq!(signed(&KEYS.replace("471", "47x")), Err(Doubt::Keys));
    assert_eq!(signed(&KEYS.replace("471", &"4".repeat(65))), Err(Doubt::Keys));

    // Twice the same field, signed as whoever takes the last one would sign it, and as whoever takes both.
    let twice = format!("{KEYS}&Digits=999");
    let mut both = hook(&twice, "");
    assert_eq!(believe(&both), Err(Doubt::Signature));
    let mut mac = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()).unwrap();
    mac.update(URL.as_bytes());
    let mut sorted = both.parameters.clone();
    sorted.sort();
    for (name, value) in sorted {
        mac.update(format!("{name}{value}").as_bytes());
    }
    both.signature = BASE64.encode(&mac.finalize().into_bytes());
    assert_eq!(believe(&both), Err(Doubt::Twice));
}

/// What the signature covers: the fields in their order, one behind the other.
fn covered(parameters: &[(String, String)]) -> String {
    let mut sorted = parameters.to_vec();
    sorted.sort();
    sorted.into_iter().map(|(name, value)| name + &value).collect()
}

#[test]
fn fuzz_a_body_that_was_changed_on_its_way_is_not_believed() {
    let mut mutator = Mutator::new();
    let good = hook(KEYS, &sign(URL, &parameters(KEYS)));
    let pressed = believe(&good).unwrap();

    while mutator.goes_on() {
        let body = mutator.mutate(KEYS.as_bytes());
        let changed = hook(&String::from_utf8_lossy(&body), &good.signature);
        if let Ok(webhook) = believe(&changed) {
            assert_eq!(covered(&changed.parameters), covered(&good.parameters));
            // Names and values are signed without a mark between them; moving one makes no other digits.
            let digits = &webhook.digits;
            assert!(
                digits.is_empty() || *digits == pressed.digits,
                "{:?}",
                changed.parameters
            );
        }
    }
}

#[test]
fn fuzz_whatever_the_provider_itself_says_is_about_this_call_or_not_believed() {
    let mut mutator = Mutator::new();

    while mutator.goes_on() {
        let body = String::from_utf8_lossy(&mutator.mutate(KEYS.as_bytes())).into_owned();
        let said = parameters(&body);
        if signed(&body).is_ok() {
            assert!(said.contains(&("CallSid".to_owned(), CALL.to_owned())), "{body}");
            assert!(
                said.contains(&("AccountSid".to_owned(), ACCOUNT.to_owned())),
                "{body}"
            );
        }
    }
}

#[test]
fn fuzz_a_signature_that_was_changed_is_none() {
    let mut mutator = Mutator::new();
    let good = sign(URL, &parameters(KEYS));

    while mutator.goes_on() {
        let signature = String::from_utf8_lossy(&mutator.mutate(good.as_bytes())).into_owned();
        let is_believed = believe(&hook(KEYS, &signature)).is_ok();
        assert_eq!(is_believed, signature == good, "{signature}");
    }
}
