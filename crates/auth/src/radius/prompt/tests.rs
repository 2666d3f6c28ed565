use proptest::prelude::*;

use super::*;

#[test]
fn a_prompt_is_one_line() {
    assert_eq!(
        clean(b"  Wait for the token code to change,\r\n\tthen enter the new one: \0"),
        "Wait for the token code to change, then enter the new one:"
    );
}

#[test]
fn what_could_turn_text_around_or_hide_it_is_taken_out() {
    assert_eq!(
        clean("Enter\u{202e} the\u{200b} PIN\u{2066}:\u{1b}[31m\u{feff}\u{e0041}".as_bytes()),
        "Enter the PIN: [31m"
    );
}

#[test]
fn letters_of_all_scripts_stay() {
    let text = "Πληκτρολογήστε τον κωδικό 数字を入力 أدخل الرمز";

    assert_eq!(clean(text.as_bytes()), text);
}

#[test]
fn what_is_not_utf_8_is_marked() {
    assert_eq!(clean(b"Caf\xe9?"), "Caf\u{fffd}?");
}

#[test]
fn a_long_prompt_is_cut() {
    assert_eq!(clean("é".repeat(2000).as_bytes()).chars().count(), 500);
}

proptest! {
    #[test]
    fn every_prompt_is_short_and_printable(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let prompt = clean(&bytes);

        prop_assert!(prompt.chars().count() <= LONGEST);
        prop_assert!(!prompt.chars().any(|character| character.is_control() || is_invisible(character)));
    }
}
