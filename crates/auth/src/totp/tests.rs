mod variants;

use portcullis_model::{Challenge, Timestamp};

use super::*;
use crate::seeded::{Seeded, newcomer};

/// The SHA-1 vectors of RFC 6238, appendix B: seconds, and the last six of the eight digits.
const RFC: [(i64, &str); 6] = [
    (59, "287082"),
    (1_111_111_109, "081804"),
    (1_111_111_111, "050471"),
    (1_234_567_890, "005924"),
    (2_000_000_000, "279037"),
    (20_000_000_000, "353130"),
];

const NOW: i64 = 1_234_567_890;

#[tokio::test]
async fn the_codes_of_rfc_6238_are_accepted() {
    for (seconds, code) in RFC {
        assert!(matches!(
            answer(&rfc_enrolment(), code, seconds).await,
            Ok(Verdict::Accept { .. })
        ));
    }
}

#[tokio::test]
async fn b13_only_the_current_step_and_the_one_before_are_accepted() {
    let enrolment = TotpEnrolment::parse(&rfc_enrolment()).unwrap();

    let mut accepted = Vec::new();
    for offset in -3..=3 {
        let code = enrolment.code_at(NOW / 30 + offset).unwrap();
        if answer(&rfc_enrolment(), &code, NOW).await.unwrap() != Verdict::Reject {
            accepted.push(offset);
        }
    }

    assert_eq!(accepted, [-1, 0]);
}

#[tokio::test]
async fn a_code_ends_sixty_seconds_after_it_began() {
    let start = NOW - NOW % 30;
    let code = TotpEnrolment::parse(&rfc_enrolment())
        .unwrap()
        .code_at(start / 30)
        .unwrap();

    assert_eq!(
        answer(&rfc_enrolment(), &code, start - 1).await.unwrap(),
        Verdict::Reject
    );
    assert_ne!(
        answer(&rfc_enrolment(), &code, start).await.unwrap(),
        Verdict::Reject
    );
    assert_ne!(
        answer(&rfc_enrolment(), &code, start + 59).await.unwrap(),
        Verdict::Reject
    );
    assert_eq!(
        answer(&rfc_enrolment(), &code, start + 60).await.unwrap(),
        Verdict::Reject
    );
}

#[tokio::test]
async fn a_code_works_once_and_so_do_those_before_it() {
    let fresh = TotpEnrolment::parse(&rfc_enrolment()).unwrap();
    let [previous, current, next] = [-1, 0, 1].map(|offset| fresh.code_at(NOW / 30 + offset).unwrap());

    let Verdict::Accept {
        enrolment: Some(used),
    } = answer(&rfc_enrolment(), &current, NOW).await.unwrap()
    else {
        panic!("the current code is right");
    };

    assert_eq!(answer(&used, &current, NOW).await.unwrap(), Verdict::Reject);
    assert_eq!(answer(&used, &current, NOW + 30).await.unwrap(), Verdict::Reject);
    assert_eq!(answer(&used, &previous, NOW).await.unwrap(), Verdict::Reject);
    assert_ne!(answer(&used, &next, NOW + 30).await.unwrap(), Verdict::Reject);
}

#[tokio::test]
async fn setting_the_clock_back_does_not_bring_a_code_back() {
    let Verdict::Accept {
        enrolment: Some(used),
    } = answer(&rfc_enrolment(), "279037", 2_000_000_000).await.unwrap()
    else {
        panic!("the code is right");
    };

    assert_eq!(answer(&used, "005924", NOW).await.unwrap(), Verdict::Reject);
}

#[tokio::test]
async fn what_is_not_six_ascii_digits_is_refused() {
    for code in [
        "",
        " ",
        "00592",
        "0059240",
        "0005924",
        "5924",
        "+05924",
        "-05924",
        "00592a",
        "0x5924",
        "005924\n",
        "005924\0",
        "005\t924",
        "005-924",
        "٠٠٥٩٢٤",
        "００５９２４",
        "005924005924",
    ] {
        assert_eq!(
            answer(&rfc_enrolment(), code, NOW).await.unwrap(),
            Verdict::Reject,
            "{code:?}"
        );
    }
    assert_ne!(
        answer(&rfc_enrolment(), " 005 924 ", NOW).await.unwrap(),
        Verdict::Reject
    );
}

#[tokio::test]
async fn a_damaged_enrolment_is_an_error() {
    let good = String::from_utf8(rfc_enrolment()).unwrap();
    let damaged = [
        String::new(),
        "{}".to_owned(),
        good[..good.len() - 1].to_owned(),
        good.replace("SHA1", "MD5"),
        good.replace(":6", ":0"),
        good.replace(":6", ":10"),
        good.replace(":30", ":0"),
        good.replace("GEZD", "GE1D"),
        r#"{"secret":"GEZDGNBV","algorithm":"SHA1","digits":6,"period":30,"last_step":null}"#.to_owned(),
    ];

    for text in damaged {
        let verdict = answer(text.as_bytes(), "005924", NOW).await;
        assert!(matches!(verdict, Err(FactorError::DamagedEnrolment)), "{text}");
        assert!(matches!(
            totp().summarize(text.as_bytes()),
            Err(FactorError::DamagedEnrolment)
        ));
    }
}

#[tokio::test]
async fn moments_at_the_ends_of_time_are_refused_and_do_no_harm() {
    for at in [i64::MIN, -1, 0, i64::MAX] {
        let given = Answer {
            at: Timestamp::from_micros(at),
            ..typed("005924", 0)
        };
        let verdict = judge(&rfc_enrolment(), &given).await;
        assert_eq!(verdict.unwrap(), Verdict::Reject);
    }
}

#[test]
fn a_fresh_enrolment_shows_a_key_of_160_bits_and_its_address() {
    let person: Username = "d.okafor@example.org".parse().unwrap();

    let enrolment = Totp::new("Portcullis Test")
        .enrol(&newcomer(&person, &Seeded::new(1)))
        .unwrap();

    let Shown::Totp { key, uri, app } = enrolment.shown else {
        panic!("an authenticator app gets a key");
    };
    assert_eq!(app, AppCodes::default());
    assert_eq!(BASE32_NOPAD.decode(key.expose().as_bytes()).unwrap().len(), 20);
    let expected = format!(
        "otpauth://totp/Portcullis%20Test:d.okafor%40example.org?secret={}&issuer=Portcullis%20Test\
         &algorithm=SHA1&digits=6&period=30",
        key.expose(),
    );
    assert_eq!(uri.expose(), expected);
    let read = totp_rs::Totp::from_url(uri.expose()).unwrap();
    let kept = TotpEnrolment::parse(&enrolment.private).unwrap();
    assert_eq!(read.generate(90).to_string(), *kept.code_at(3).unwrap());
}

#[test]
fn an_enrolment_can_be_shown_again_until_it_is_confirmed() {
    let person: Username = "d.okafor".parse().unwrap();
    let enrolment = totp().enrol(&newcomer(&person, &Seeded::new(1))).unwrap();

    let again = totp().show(&person, &enrolment.private).unwrap();

    let (
        Shown::Totp { key, uri, .. },
        Shown::Totp {
            key: key_again,
            uri: uri_again,
            ..
        },
    ) = (enrolment.shown, again)
    else {
        panic!("an authenticator app gets a key");
    };
    assert_eq!((key, uri), (key_again, uri_again));
    assert!(matches!(
        totp().show(&person, b"garbage"),
        Err(FactorError::DamagedEnrolment)
    ));
}

#[test]
fn a_device_whose_clock_is_off_can_be_told_by_how_much() {
    let enrolment = TotpEnrolment::parse(&rfc_enrolment()).unwrap();
    let offset_of = |step| {
        let code = enrolment.code_at(NOW / 30 + step).unwrap();
        totp().clock_offset(&rfc_enrolment(), &typed(&code, NOW))
    };

    let offsets = [0, 1, -1, 10, -10, 11, -11].map(offset_of);

    assert_eq!(
        offsets,
        [Some(0), Some(30), Some(-30), Some(300), Some(-300), None, None]
    );
    assert_eq!(totp().clock_offset(b"", &typed("005924", NOW)), None);
    assert_eq!(totp().clock_offset(&rfc_enrolment(), &typed("x", NOW)), None);
}

async fn answer(enrolment: &[u8], code: &str, seconds: i64) -> Result<Verdict, FactorError> {
    judge(enrolment, &typed(code, seconds)).await
}

async fn judge(enrolment: &[u8], answer: &Answer) -> Result<Verdict, FactorError> {
    let proof = Proof {
        enrolment,
        challenge: &Challenge::default(),
        settings: &[],
        chance: &Seeded::new(2),
    };
    totp().verify(&proof, answer).await
}

fn typed(code: &str, seconds: i64) -> Answer {
    let at = Timestamp::from_micros(seconds * 1_000_000);
    Answer {
        code: Secret::new(code),
        at,
        address: "::1".to_owned(),
    }
}

fn totp() -> Totp {
    Totp::new("Portcullis")
}

/// The secret of RFC 6238, appendix B.
fn rfc_enrolment() -> Vec<u8> {
    let secret = BASE32_NOPAD.encode(b"12345678901234567890");
    TotpEnrolment::fresh(Secret::new(secret), AppCodes::default())
        .to_bytes()
        .unwrap()
}
