use bip39::Language;
use portcullis_model::Secret;

use crate::digest::sha256;

const WORDS: usize = 6;

/// Six words out of 2048 that a person reads out to somebody: 66 bits of what only they hold.
///
/// They are not drawn but follow from `token`, which holds more chance than they do, and from the number of the request.
/// So they can be shown again to whoever holds the token, and are kept nowhere.
pub fn spoken_words(token: &str, request: &[u8; 16]) -> Secret {
    let digest = sha256(&[b"portcullis spoken words: ", request, token.as_bytes()]);
    let list = Language::English.word_list();
    let words: Vec<&str> = (0..WORDS)
        .map(|word| list[eleven_bits(&digest, 11 * word)])
        .collect();
    Secret::new(words.join(" "))
}

/// The form of the words that is stored; the same for every spelling of them.
pub fn spoken_words_digest(text: &str) -> [u8; 32] {
    let words: Vec<String> = text
        .split(|character: char| !character.is_alphabetic())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    sha256(&[b"portcullis spoken words: ", words.join(" ").as_bytes()])
}

fn eleven_bits(bytes: &[u8], from: usize) -> usize {
    (from..from + 11).fold(0, |number, bit| {
        let byte = usize::from(bytes[bit / 8]);
        (number << 1) | ((byte >> (7 - bit % 8)) & 1)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_words_are_six_and_follow_from_both_parts() {
        let words = spoken_words("token", &[1; 16]);

        assert_eq!(words.expose().split(' ').count(), 6);
        assert_eq!(words, spoken_words("token", &[1; 16]));
        assert_ne!(words, spoken_words("token", &[2; 16]));
        assert_ne!(words, spoken_words("token2", &[1; 16]));
    }

    #[test]
    fn the_list_is_large_and_its_words_are_short_and_distinct() {
        let list = Language::English.word_list();

        assert_eq!(list.len(), 2048);
        assert!(list.iter().all(|word| (3..=8).contains(&word.len())));
        let beginnings: HashSet<&str> = list.iter().map(|word| &word[..word.len().min(4)]).collect();
        assert_eq!(beginnings.len(), 2048);
    }

    #[test]
    fn every_place_in_the_list_can_be_reached() {
        assert_eq!(eleven_bits(&[0xFF, 0xFF], 0), 2047);
        assert_eq!(eleven_bits(&[0xFF, 0xFF], 5), 2047);
        assert_eq!(eleven_bits(&[0x00, 0x20, 0x00], 0), 1);
        assert_eq!(eleven_bits(&[0x00, 0x10, 0x00], 1), 1);
    }

    #[test]
    fn how_the_words_are_typed_does_not_matter_but_the_words_and_their_order_do() {
        let digest = spoken_words_digest("apple river stone lamp cloud nine");

        assert_eq!(
            spoken_words_digest(" Apple, river - STONE\nlamp  cloud nine."),
            digest
        );
        assert_ne!(spoken_words_digest("river apple stone lamp cloud nine"), digest);
        assert_ne!(spoken_words_digest("apple river stone lamp cloud"), digest);
        assert_ne!(spoken_words_digest(""), digest);
    }
}
