use std::str::FromStr;

use super::{Extension, PhoneNumber};

/// Why a text is no telephone number. The texts are for the person who entered it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NumberError {
    #[error("enter a number, such as `1 9259249500 292` or `+19259249500`")]
    Empty,
    #[error("write country code, number and extension with spaces between, such as `1 9259249500 292`")]
    Form,
    #[error("the first part must be a country code of one to three digits that exists")]
    CountryCode,
    #[error("there is no such number in this country")]
    NoSuchNumber,
    #[error("an extension has up to 20 digits, `*`, `#`, or `,` for a pause")]
    Extension,
}

/// Longer texts are no numbers, whatever they hold.
const MOST: usize = 64;

impl PhoneNumber {
    /// Reads `<country code> <number with area code> <extension>` or E.164 (`+1 925-924-9500 ext. 292`).
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(NumberError::Empty);
        }
        if MOST < text.len() || !text.is_ascii() {
            return Err(NumberError::Form);
        }
        match text.strip_prefix('+') {
            Some(rest) => international(rest),
            None => spaced(text),
        }
    }
}

impl FromStr for PhoneNumber {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        Self::parse(text)
    }
}

fn spaced(text: &str) -> Result<PhoneNumber, NumberError> {
    let parts: Vec<&str> = text.split_ascii_whitespace().collect();
    let (code, national, extension) = match parts[..] {
        [code, national] => (code, national, None),
        [code, national, extension] => (code, national, Some(extension)),
        _ => return Err(NumberError::Form),
    };
    if !(1..=3).contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NumberError::CountryCode);
    }
    build(&format!("{code}{}", digits(national)?), Some(code), extension)
}

fn international(text: &str) -> Result<PhoneNumber, NumberError> {
    let lower = text.to_ascii_lowercase();
    let marks = [";ext=", "ext.", "ext", "x", ","];
    let cut = marks
        .iter()
        .filter_map(|mark| lower.find(mark).map(|at| (at, mark.len())))
        .min_by_key(|(at, length)| (*at, usize::MAX - length));
    let (number, extension) = match cut {
        Some((at, length)) => (&text[..at], Some(text[at + length..].trim())),
        None => (text, None),
    };
    build(&digits(number)?, None, extension)
}

/// Drops what people write between digits.
fn digits(text: &str) -> Result<String, NumberError> {
    let mut digits = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '0'..='9' => digits.push(letter),
            ' ' | '-' | '.' | '(' | ')' | '/' => {}
            _ => return Err(NumberError::Form),
        }
    }
    Ok(digits)
}

fn build(digits: &str, code: Option<&str>, extension: Option<&str>) -> Result<PhoneNumber, NumberError> {
    let extension = match extension {
        Some(text) => Some(Extension::new(text).ok_or(NumberError::Extension)?),
        None => None,
    };
    let number = phonenumber::parse(None, format!("+{digits}")).map_err(|error| match error {
        phonenumber::ParseError::InvalidCountryCode => NumberError::CountryCode,
        _ => NumberError::NoSuchNumber,
    })?;
    if code.is_some_and(|code| number.country().code().to_string() != code) {
        return Err(NumberError::CountryCode);
    }
    if !phonenumber::is_valid(&number) {
        return Err(NumberError::NoSuchNumber);
    }
    Ok(PhoneNumber { number, extension })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NumberKind;

    #[test]
    fn the_form_of_country_code_number_and_extension_is_read_and_written_back() {
        for text in [
            "1 9259249500 292",
            "1 9259249500",
            "49 3012345678",
            "44 7400123456 *55",
        ] {
            assert_eq!(PhoneNumber::parse(text).unwrap().to_text(), text);
        }
        let number = PhoneNumber::parse(" 1   (925)924-9500  292 ").unwrap();
        assert_eq!(number.e164(), "+19259249500");
        assert_eq!(number.extension().unwrap().as_str(), "292");
        assert_eq!(number.country().as_deref(), Some("US"));
    }

    #[test]
    fn e164_is_read_with_and_without_extension() {
        for text in [
            "+19259249500x292",
            "+1 925-924-9500 ext. 292",
            "+1 (925) 924-9500 EXT 292",
            "+19259249500;ext=292",
            "+19259249500,292",
        ] {
            assert_eq!(
                PhoneNumber::parse(text).unwrap().to_text(),
                "1 9259249500 292",
                "{text}"
            );
        }
        assert_eq!(
            PhoneNumber::parse("+1 925 924 9500").unwrap().to_text(),
            "1 9259249500"
        );
    }

    #[test]
    fn what_is_no_number_says_why() {
        for (text, error) in [
            ("", NumberError::Empty),
            ("9259249500", NumberError::Form),
            ("1 925 924 9500 292", NumberError::Form),
            ("1 92592495OO", NumberError::Form),
            ("1 9259249500 2x2", NumberError::Extension),
            ("1 9259249500 123456789012345678901", NumberError::Extension),
            ("+19259249500x", NumberError::Extension),
            ("1925 9249500", NumberError::CountryCode),
            ("999 9249500", NumberError::CountryCode),
            ("12 259249500", NumberError::CountryCode),
            ("1 1234567890", NumberError::NoSuchNumber),
            ("1 555", NumberError::NoSuchNumber),
            ("1 9259249500\r\nVia: x", NumberError::Form),
            ("１ 9259249500", NumberError::Form),
        ] {
            assert_eq!(PhoneNumber::parse(text).unwrap_err(), error, "{text}");
        }
    }

    #[test]
    fn a_masked_number_shows_two_digits() {
        let number = PhoneNumber::parse("1 9259249500 292").unwrap();

        assert_eq!(number.masked(), "+1 ••• ••• ••00 (ext. 292)");
        assert_eq!(format!("{number:?}"), number.masked());
        assert!(
            !PhoneNumber::parse("49 15123456789")
                .unwrap()
                .masked()
                .contains("5123456")
        );
    }

    #[test]
    fn landlines_and_mobiles_are_told_apart_where_the_country_does() {
        for (text, kind) in [
            ("49 3012345678", NumberKind::Landline),
            ("49 15123456789", NumberKind::Mobile),
            ("1 9259249500", NumberKind::LandlineOrMobile),
            ("1 8002530000", NumberKind::TollFree),
            ("1 9002530000", NumberKind::Costly),
            ("44 8712345678", NumberKind::Costly),
        ] {
            assert_eq!(PhoneNumber::parse(text).unwrap().kind(), kind, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_never_smuggles(text in ".{0,70}") {
            if let Ok(number) = PhoneNumber::parse(&text) {
                let again = PhoneNumber::parse(&number.to_text()).unwrap();
                proptest::prop_assert_eq!(again.e164(), number.e164());
                proptest::prop_assert!(number.e164().bytes().skip(1).all(|byte| byte.is_ascii_digit()));
            }
        }

        #[test]
        fn nearly_numbers_are_read_or_refused(text in "[+]?[0-9]{0,4}[ ()x,;.#*-]{0,3}[0-9]{0,15}[ ,x]{0,2}[0-9*#,]{0,6}") {
            if let Ok(number) = PhoneNumber::parse(&text) {
                proptest::prop_assert_eq!(PhoneNumber::parse(&number.to_text()).unwrap(), number);
            }
        }
    }
}
