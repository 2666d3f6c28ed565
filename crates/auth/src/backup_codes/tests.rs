use std::collections::HashSet;

use portcullis_model::{Challenge, Timestamp};

use super::*;
use crate::seeded::{Seeded, newcomer};

#[test]
fn a_set_has_ten_different_codes_of_two_groups() {
    let (_, codes) = enrolled();

    let distinct: HashSet<&str> = codes.iter().map(Secret::expose).collect();

    assert_eq!(distinct.len(), 10);
    assert!(
        codes
            .iter()
            .all(|code| code.expose().len() == 11 && code.expose().find('-') == Some(5))
    );
}

#[tokio::test]
async fn each_code_works_once() {
    let (mut enrolment, codes) = enrolled();

    for code in &codes {
        let Verdict::Accept {
            enrolment: Some(used),
        } = answer(&enrolment, code.expose()).await.unwrap()
        else {
            panic!("a code that was not used is right");
        };
        assert_eq!(answer(&used, code.expose()).await.unwrap(), Verdict::Reject);
        enrolment = used;
    }

    assert_eq!(BackupCodes.summarize(&enrolment).unwrap().left, Some(0));
}

#[tokio::test]
async fn case_dashes_and_spaces_do_not_matter() {
    let (enrolment, codes) = enrolled();
    let code = codes[3].expose();

    let spellings = [
        code.to_uppercase(),
        code.replace('-', ""),
        code.replace('-', " "),
        format!("  {code} "),
    ];

    for spelling in spellings {
        assert_ne!(
            answer(&enrolment, &spelling).await.unwrap(),
            Verdict::Reject,
            "{spelling}"
        );
    }
}

#[tokio::test]
async fn anything_else_is_refused() {
    let (enrolment, codes) = enrolled();
    let code = codes[0].expose();
    let other_last = if code.ends_with('x') { 'y' } else { 'x' };

    let wrong = [
        String::new(),
        "00000-00000".to_owned(),
        code[..10].to_owned(),
        format!("{}{other_last}", &code[..10]),
        format!("{code}0"),
        format!("{code}\0"),
        format!("{code}{}", codes[1].expose()),
        "1".repeat(100_000),
    ];

    for code in wrong {
        assert_eq!(answer(&enrolment, &code).await.unwrap(), Verdict::Reject);
    }
}

#[tokio::test]
async fn the_codes_of_somebody_else_are_refused() {
    let (enrolment, _) = enrolled();
    let (_, codes) = enrolled_with(2);

    assert_eq!(
        answer(&enrolment, codes[0].expose()).await.unwrap(),
        Verdict::Reject
    );
}

#[tokio::test]
async fn the_summary_says_how_many_are_left_and_where_the_others_went() {
    let (enrolment, codes) = enrolled();

    let Verdict::Accept {
        enrolment: Some(used),
    } = answer(&enrolment, codes[7].expose()).await.unwrap()
    else {
        panic!("a code that was not used is right");
    };

    let spent = SpentCode {
        at: Timestamp::from_micros(5),
        address: "192.0.2.7".to_owned(),
    };
    assert_eq!(
        BackupCodes.summarize(&enrolment).unwrap(),
        FactorSummary {
            left: Some(10),
            spent: vec![],
            ..FactorSummary::default()
        }
    );
    assert_eq!(
        BackupCodes.summarize(&used).unwrap(),
        FactorSummary {
            left: Some(9),
            spent: vec![spent],
            ..FactorSummary::default()
        }
    );
}

#[test]
fn the_codes_are_not_in_the_enrolment() {
    let (enrolment, codes) = enrolled();
    let text = String::from_utf8(enrolment).unwrap();

    for code in codes {
        assert!(!text.contains(code.expose()));
        assert!(!text.contains(&code.expose().replace('-', "")));
    }
}

#[test]
fn a_set_is_shown_once() {
    let (enrolment, _) = enrolled();

    let shown = BackupCodes
        .show(&"d.okafor".parse().unwrap(), &enrolment)
        .unwrap();

    assert!(matches!(shown, Shown::Codes(codes) if codes.is_empty()));
}

#[tokio::test]
async fn a_damaged_enrolment_is_an_error() {
    let (enrolment, codes) = enrolled();
    let good = String::from_utf8(enrolment).unwrap();
    let damaged = [
        String::new(),
        "garbage".to_owned(),
        "{}".to_owned(),
        good[..good.len() - 1].to_owned(),
        good.replacen("\"digest\":\"", "\"digest\":\"00", 1),
        good.replacen("\"salt\":\"", "\"salt\":\"zz", 1),
    ];

    for text in damaged {
        let verdict = answer(text.as_bytes(), codes[0].expose()).await;
        assert!(matches!(verdict, Err(FactorError::DamagedEnrolment)), "{text}");
        assert!(matches!(
            BackupCodes.summarize(text.as_bytes()),
            Err(FactorError::DamagedEnrolment)
        ));
    }
}

async fn answer(enrolment: &[u8], code: &str) -> Result<Verdict, FactorError> {
    let at = Timestamp::from_micros(5);
    let answer = Answer {
        code: Secret::new(code),
        at,
        address: "192.0.2.7".to_owned(),
    };
    let proof = Proof {
        enrolment,
        challenge: &Challenge::default(),
        settings: &[],
        chance: &Seeded::new(2),
    };
    BackupCodes.verify(&proof, &answer).await
}

fn enrolled() -> (Vec<u8>, Vec<Secret>) {
    enrolled_with(1)
}

fn enrolled_with(seed: u64) -> (Vec<u8>, Vec<Secret>) {
    let person: Username = "d.okafor".parse().unwrap();
    let enrolment = BackupCodes.enrol(&newcomer(&person, &Seeded::new(seed))).unwrap();
    let Shown::Codes(codes) = enrolment.shown else {
        panic!("backup codes are shown as codes");
    };
    (enrolment.private, codes)
}
