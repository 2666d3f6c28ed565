use data_encoding::BASE64URL_NOPAD;
use portcullis_model::{Chance, Secret};
use zeroize::Zeroizing;

use crate::digest::sha256;
use crate::readable::{draw_readable, spell_plainly};

const PREFIX: &str = "portcullis_pat_";

/// Draws 256 bits as 43 characters of base64url (RFC 4648 §5), for sessions and links.
pub fn draw_token(chance: &dyn Chance) -> Secret {
    Secret::new(draw_body(chance))
}

/// The form of a token that is stored. A plain hash will do: nobody can guess 256 bits.
pub fn token_digest(token: &str) -> [u8; 32] {
    sha256(&[token.as_bytes()])
}

/// Draws a personal API token: `portcullis_pat_`, 43 characters for 256 bits, 6 characters of checksum.
///
/// The prefix and the checksum let secret scanners find leaked tokens without asking the server.
pub fn draw_personal_token(chance: &dyn Chance) -> Secret {
    let body = Zeroizing::new(draw_body(chance));
    let mut token = Zeroizing::new(String::with_capacity(PREFIX.len() + 49));
    token.push_str(PREFIX);
    token.push_str(&body);
    token.push_str(&checksum(&body));
    Secret::new(std::mem::take(&mut *token))
}

/// Tells whether `text` is spelled like a personal token; not whether there is such a token.
pub fn is_personal_token(text: &str) -> bool {
    let Some((body, check)) = text
        .strip_prefix(PREFIX)
        .and_then(|rest| rest.split_at_checked(43))
    else {
        return false;
    };
    BASE64URL_NOPAD
        .decode(body.as_bytes())
        .map(Zeroizing::new)
        .is_ok()
        && check == checksum(body)
}

/// Draws the code that proves access to a fresh install: 80 bits as `xxxx-xxxx-xxxx-xxxx`.
pub fn draw_setup_code(chance: &dyn Chance) -> Secret {
    draw_readable(chance, 4, 4)
}

/// The form of a set-up code that is stored; the same for every spelling of a code.
pub fn setup_code_digest(text: &str) -> [u8; 32] {
    match spell_plainly(text) {
        Some(code) => sha256(&[code.expose().as_bytes()]),
        // Not a code, so any digest will do that no code has.
        None => sha256(&[b"not a code: ", text.as_bytes()]),
    }
}

fn draw_body(chance: &dyn Chance) -> String {
    let mut bytes = Zeroizing::new([0; 32]);
    chance.fill(&mut bytes[..]);
    BASE64URL_NOPAD.encode(&bytes[..])
}

/// The first 32 bits of SHA-256, as 6 characters of base64url.
fn checksum(body: &str) -> String {
    BASE64URL_NOPAD.encode(&sha256(&[PREFIX.as_bytes(), body.as_bytes()])[..4])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded::Seeded;

    #[test]
    fn tokens_are_long_and_different() {
        let chance = Seeded::new(1);
        let (one, other) = (draw_token(&chance), draw_token(&chance));

        assert_eq!(one.expose().len(), 43);
        assert_ne!(one, other);
        assert_ne!(token_digest(one.expose()), token_digest(other.expose()));
    }

    #[test]
    fn a_personal_token_is_known_by_its_spelling() {
        let token = draw_personal_token(&Seeded::new(1));

        assert_eq!(token.expose().len(), 64);
        assert!(is_personal_token(token.expose()));
    }

    #[test]
    fn a_personal_token_with_any_character_changed_is_not_one() {
        let token = draw_personal_token(&Seeded::new(1));

        for at in 0..token.expose().len() {
            let mut changed = token.expose().to_owned();
            let other = if changed.as_bytes()[at] == b'A' { "B" } else { "A" };
            changed.replace_range(at..=at, other);
            assert!(!is_personal_token(&changed), "{changed}");
        }
        for length in 0..token.expose().len() {
            assert!(!is_personal_token(&token.expose()[..length]));
        }
        assert!(!is_personal_token(&format!("{}A", token.expose())));
        assert!(!is_personal_token(&format!("portcullis_pat_{}", "é".repeat(30))));
    }

    #[test]
    fn a_setup_code_is_the_same_in_every_spelling() {
        let code = draw_setup_code(&Seeded::new(1));
        let digest = setup_code_digest(code.expose());

        assert_eq!(code.expose().len(), 19);
        assert_eq!(setup_code_digest(&code.expose().to_uppercase()), digest);
        assert_eq!(
            setup_code_digest(&format!(" {} ", code.expose().replace('-', " "))),
            digest
        );
        assert_ne!(setup_code_digest(&code.expose()[1..]), digest);
        assert_ne!(setup_code_digest("?"), setup_code_digest(""));
    }
}
