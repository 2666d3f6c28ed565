//! The hash functions and lengths that an administrator may choose.

use portcullis_model::OtpHash;

use super::*;

/// RFC 6238, appendix B: seconds, and the eight digits under SHA-1, SHA-256 and SHA-512.
const RFC: [(i64, [&str; 3]); 6] = [
    (59, ["94287082", "46119246", "90693936"]),
    (1_111_111_109, ["07081804", "68084774", "25091201"]),
    (1_111_111_111, ["14050471", "67062674", "99943326"]),
    (1_234_567_890, ["89005924", "91819424", "93441116"]),
    (2_000_000_000, ["69279037", "90698825", "38618901"]),
    (20_000_000_000, ["65353130", "77737706", "47863826"]),
];

/// The secrets of the reference implementation, which are as long as the hash (errata 2866).
fn rfc(hash: OtpHash, digits: u8) -> Vec<u8> {
    let length = Algorithm::from(hash).secret_length();
    let secret: Vec<u8> = b"1234567890".iter().copied().cycle().take(length).collect();
    let secret = Secret::new(BASE32_NOPAD.encode(&secret));
    TotpEnrolment::fresh(secret, AppCodes { hash, digits })
        .to_bytes()
        .unwrap()
}

fn enrol(settings: &str) -> Result<Enrolment, FactorError> {
    let person: Username = "ada".parse().unwrap();
    let chance = Seeded::new(1);
    totp().enrol(&Newcomer {
        settings: settings.as_bytes(),
        ..newcomer(&person, &chance)
    })
}

#[tokio::test]
async fn the_codes_of_rfc_6238_are_accepted_under_each_hash_with_6_and_8_digits() {
    for (seconds, codes) in RFC {
        for (hash, code) in OtpHash::ALL.into_iter().zip(codes) {
            let short = answer(&rfc(hash, 6), &code[2..], seconds).await;
            let long = answer(&rfc(hash, 8), code, seconds).await;
            let too_short = answer(&rfc(hash, 8), &code[2..], seconds).await;

            assert!(matches!(short, Ok(Verdict::Accept { .. })), "{hash} at {seconds}");
            assert!(matches!(long, Ok(Verdict::Accept { .. })), "{hash} at {seconds}");
            assert_eq!(too_short.unwrap(), Verdict::Reject, "{hash} at {seconds}");
        }
    }
}

#[tokio::test]
async fn b13_of_the_steps_around_now_two_pass_and_never_one_that_is_spent() {
    for hash in OtpHash::ALL {
        for digits in [6, 8] {
            let fresh = TotpEnrolment::parse(&rfc(hash, digits)).unwrap();
            let now = NOW / 30;
            for last in -4..=1 {
                let mut used = TotpEnrolment::parse(&rfc(hash, digits)).unwrap();
                used.last_step = Some(now + last);
                let used = used.to_bytes().unwrap();
                for offset in -3..=3 {
                    let code = fresh.code_at(now + offset).unwrap();
                    let passes = answer(&used, &code, NOW).await.unwrap() != Verdict::Reject;

                    let should = [-1, 0].contains(&offset) && last < offset;
                    assert_eq!(
                        passes, should,
                        "{hash}, {digits} digits, step {offset} after {last}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_setting_is_in_the_address_and_the_secret_is_as_long_as_the_hash() {
    for (hash, name, bytes) in [
        ("sha1", "SHA1", 20),
        ("sha256", "SHA256", 32),
        ("sha512", "SHA512", 64),
    ] {
        let enrolment = enrol(&format!(r#"{{"hash":"{hash}","digits":8}}"#)).unwrap();

        let Shown::Totp { key, uri, app } = enrolment.shown else {
            panic!("an authenticator app gets a key");
        };
        assert_eq!((app.hash.word(), app.digits), (hash, 8));
        assert!(
            uri.expose()
                .ends_with(&format!("&algorithm={name}&digits=8&period=30"))
        );
        assert_eq!(BASE32_NOPAD.decode(key.expose().as_bytes()).unwrap().len(), bytes);
        let read = totp_rs::Totp::from_url(uri.expose()).unwrap();
        let kept = TotpEnrolment::parse(&enrolment.private).unwrap();
        assert_eq!(read.generate(90).to_string(), *kept.code_at(3).unwrap());
        assert_eq!(totp().summarize(&enrolment.private).unwrap().app, Some(app));
    }
}

#[tokio::test]
async fn an_enrolled_app_goes_on_as_it_was_when_the_setting_changes() {
    let proof = Proof {
        enrolment: &rfc(OtpHash::Sha1, 6),
        challenge: &Challenge::default(),
        settings: br#"{"hash":"sha512","digits":8}"#,
        chance: &Seeded::new(2),
    };

    let verdict = totp().verify(&proof, &typed("005924", NOW)).await;

    assert!(matches!(verdict, Ok(Verdict::Accept { .. })));
}

#[test]
fn a_setting_that_no_app_knows_is_refused() {
    for settings in [r#"{"hash":"md5"}"#, r#"{"digits":7}"#, r#"{"digits":10}"#, "{"] {
        assert!(
            matches!(enrol(settings), Err(FactorError::Settings(_))),
            "{settings}"
        );
    }
}
