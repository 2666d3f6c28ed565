use data_encoding::HEXLOWER;

use super::*;

const SECRET: &[u8] = b"xyzzy5461";

#[test]
fn passwords_are_hidden_as_in_rfc_2865_7_1_and_7_3() {
    for (password, authenticator, hidden) in [
        (
            "arctangent",
            "0f403f9473978057bd83d5cb98f4227a",
            "0dbe708d93d413ce3196e43f782a0aee",
        ),
        (
            "challenge",
            "f3a47a1f6a6d76710b947ab93041a039",
            "33657573778289b570885e15084825c5",
        ),
    ] {
        assert_eq!(
            HEXLOWER.encode(&hide(&Secret::new(password), SECRET, &sixteen(authenticator))),
            hidden
        );
    }
}

#[test]
fn chap_answers_as_in_rfc_2865_7_2() {
    let authenticator = sixteen("2aee86f08d0d55969ca5978e0d3367a2");

    let value = answer_chap(&Secret::new("arctangent"), 22, &authenticator);

    assert_eq!(HEXLOWER.encode(&value), "16e97557c316185895f293ff6344077275");
}

#[test]
fn a_long_password_is_hidden_block_by_block() {
    let password = "a password of forty bytes, more or less.";
    let authenticator = [7; 16];

    let hidden = hide(&Secret::new(password), SECRET, &authenticator);

    let mut plain = Vec::new();
    let mut previous = authenticator.to_vec();
    for block in hidden.chunks(16) {
        let mask = md5(&[SECRET, &previous]);
        plain.extend(block.iter().zip(mask).map(|(byte, mask)| byte ^ mask));
        previous = block.to_vec();
    }
    assert_eq!(plain, [password.as_bytes(), &[0; 8]].concat());
}

#[test]
fn only_one_to_128_bytes_that_are_not_blank_and_without_a_zero_can_be_sent() {
    let sendable = |text: &str| is_sendable(&Secret::new(text));

    assert!(sendable("1"));
    assert!(sendable(&"1".repeat(128)));
    assert!(sendable("a b"));
    assert!(!sendable(" ") && !sendable(" \t\n"));
    assert!(!sendable(""));
    assert!(!sendable(&"1".repeat(129)));
    assert!(!sendable(&"é".repeat(65)));
    assert!(!sendable("123456\0"));
}

fn sixteen(digits: &str) -> [u8; 16] {
    HEXLOWER.decode(digits.as_bytes()).unwrap().try_into().unwrap()
}
