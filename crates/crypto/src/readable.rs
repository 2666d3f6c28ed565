use portcullis_model::{Chance, Secret};
use zeroize::Zeroizing;

/// The base 32 of Douglas Crockford, in lower case: no `i`, `l`, `o` to take for a digit, and no `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Draws a code for people to read and type, of 5 bits per character: `groups` of `size` characters with
/// dashes between them.
pub fn draw_readable(chance: &dyn Chance, groups: usize, size: usize) -> Secret {
    let mut text = Zeroizing::new(String::with_capacity(groups * (size + 1)));
    for position in 0..groups * size {
        if 0 < position && position % size == 0 {
            text.push('-');
        }
        let [byte] = chance.bytes();
        text.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    Secret::new(std::mem::take(&mut *text))
}

/// Gives a typed code its one spelling: lower case, no dashes or spaces, look-alikes read as the digits they
/// resemble. `None` if it holds anything that no code holds.
pub fn spell_plainly(typed: &str) -> Option<Secret> {
    let mut text = Zeroizing::new(String::with_capacity(typed.len()));
    for character in typed.chars() {
        let character = match character.to_ascii_lowercase() {
            '-' | ' ' => continue,
            'i' | 'l' => '1',
            'o' => '0',
            other => other,
        };
        if !u8::try_from(character).is_ok_and(|byte| ALPHABET.contains(&byte)) {
            return None;
        }
        text.push(character);
    }
    Some(Secret::new(std::mem::take(&mut *text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded::Seeded;

    #[test]
    fn a_code_is_grouped_and_reads_back() {
        let code = draw_readable(&Seeded::new(1), 2, 5);

        assert_eq!(code.expose().len(), 11);
        assert_eq!(code.expose().find('-'), Some(5));
        assert_eq!(
            spell_plainly(code.expose()).unwrap().expose(),
            code.expose().replace('-', "")
        );
    }

    #[test]
    fn every_character_is_as_likely_as_the_next() {
        let drawn = draw_readable(&Seeded::new(2), 1, 32_000);

        let counts = ALPHABET.map(|byte| drawn.expose().bytes().filter(|drawn| *drawn == byte).count());

        assert!(
            counts.iter().all(|count| (850..1150).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn case_dashes_spaces_and_look_alikes_do_not_matter() {
        let plain = spell_plainly(" OI-L2 aB ").unwrap();

        assert_eq!(plain.expose(), "0112ab");
    }

    #[test]
    fn a_character_that_no_code_holds_is_refused() {
        for typed in ["abcdu", "abc_d", "ａbcd", "abc\nd", "abc\u{0}"] {
            assert_eq!(spell_plainly(typed), None);
        }
    }
}
