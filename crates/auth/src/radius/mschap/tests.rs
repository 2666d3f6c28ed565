use super::*;

/// RFC 2759 §9.2.
const USERNAME: &str = "User";
const PASSWORD: &str = "clientPass";
const CHALLENGE: &str = "5B5D7C7D7B3F2F3E3C2C602132262628";
const PEER_CHALLENGE: &str = "21402324255E262A28295F2B3A337C7E";
const NT_RESPONSE: &str = "82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF";
const SUCCESS: &str = "S=407A5589115FD0D6209F510FE9C04566932CDA56";

#[test]
fn each_step_gives_what_rfc_2759_9_2_says() {
    let hash = nt_hash(&Secret::new(PASSWORD));
    let hashed = hash_challenges(&sixteen(PEER_CHALLENGE), &sixteen(CHALLENGE), USERNAME);

    assert_eq!(HEXUPPER.encode(&hash[..]), "44EBBA8D5312B8D611474411F56989AE");
    assert_eq!(HEXUPPER.encode(&hashed), "D02E4386BCE91226");
    assert_eq!(HEXUPPER.encode(&respond(&hash, hashed)), NT_RESPONSE);
    assert_eq!(
        format!(
            "S={}",
            String::from_utf8_lossy(&server_proof(&hash, &respond(&hash, hashed), hashed))
        ),
        SUCCESS
    );
}

#[test]
fn the_response_is_laid_out_as_rfc_2548_2_3_2_says() {
    let response = proof(USERNAME).response;

    assert_eq!(response[..2], [9, 0]);
    assert_eq!(HEXUPPER.encode(&response[2..18]), PEER_CHALLENGE);
    assert_eq!(response[18..26], [0; 8]);
    assert_eq!(HEXUPPER.encode(&response[26..]), NT_RESPONSE);
}

#[test]
fn the_domain_does_not_count() {
    assert_eq!(proof("DOMAIN\\User").response, proof(USERNAME).response);
    assert_ne!(proof("Other").response, proof(USERNAME).response);
}

#[test]
fn only_the_right_success_proves_that_the_server_knows_the_password() {
    let proof = proof(USERNAME);
    let proved = |text: &str| proof.is_proved_by(&[&[9], text.as_bytes()].concat());

    assert!(proved(SUCCESS));
    assert!(proved(&format!("{SUCCESS} M=Welcome")));
    assert!(!proved(""));
    assert!(!proved("S="));
    assert!(!proved(&SUCCESS[..41]));
    assert!(!proved(&SUCCESS.replace("DA56", "DA57")));
    assert!(!proved(&format!("{SUCCESS}7")));
    assert!(!proved(&SUCCESS.to_lowercase()));
    assert!(!proof.is_proved_by(&[&[8], SUCCESS.as_bytes()].concat()));
    assert!(!proof.is_proved_by(&[]));
}

#[test]
fn a_password_is_utf_16() {
    assert_ne!(
        nt_hash(&Secret::new("pässwörd")),
        nt_hash(&Secret::new("password"))
    );
    // As OpenSSL reckons the MD4 of these nine letters in UTF-16.
    assert_eq!(
        HEXUPPER.encode(&nt_hash(&Secret::new("pässwörd€"))[..]),
        "7F20BF6E69D97371914A8807579CAB5C"
    );
}

fn proof(username: &str) -> MsChap {
    MsChap::new(
        9,
        username,
        &Secret::new(PASSWORD),
        sixteen(CHALLENGE),
        sixteen(PEER_CHALLENGE),
    )
}

fn sixteen(digits: &str) -> [u8; 16] {
    HEXUPPER.decode(digits.as_bytes()).unwrap().try_into().unwrap()
}
