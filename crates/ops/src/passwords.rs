//! Passwords: the generator, the policies for vaulted ones, and what people's own must be.

mod generate;
mod policies;

pub use generate::Generate;
pub use policies::Policies;

use portcullis_crypto::PasswordHasher;
use portcullis_model::Secret;

/// The shortest password of a person, who always has a second factor too (NIST SP 800-63B-4 §3.1.1.2).
const SHORTEST: usize = 10;

/// What is wrong with a person's own password; empty if nothing is. There are no rules of composition.
pub(crate) fn own_password_problems(password: &Secret, username: &str) -> Vec<String> {
    let length = password.expose().chars().count();
    if length < SHORTEST {
        return vec![format!("must have at least {SHORTEST} characters")];
    }
    if PasswordHasher::LONGEST < length {
        return vec![format!(
            "must have at most {} characters",
            PasswordHasher::LONGEST
        )];
    }
    // Guessing is measured on the beginning; the measure is slow on long texts and the rest only helps.
    let beginning: String = password.expose().chars().take(100).collect();
    let strength = zxcvbn::zxcvbn(&beginning, &[username, "portcullis"]);
    if strength.score() < zxcvbn::Score::Three {
        return vec!["is easy to guess; use a few unrelated words".to_owned()];
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(password: &str) -> usize {
        own_password_problems(&Secret::new(password), "d.okafor").len()
    }

    #[test]
    fn well_known_passwords_are_refused_and_long_ones_need_no_symbols() {
        for known in [
            "password123",
            "qwertyuiop",
            "1234567890",
            "iloveyou12",
            "d.okafor2026",
            "short",
        ] {
            assert_eq!(problems(known), 1, "{known}");
        }
        assert_eq!(problems("lamp copper orbit thistle"), 0);
        assert_eq!(problems("jfkwpqmzxnvbtrhsgdlc"), 0);
        assert_eq!(problems(&"lamp copper orbit thistle ".repeat(30)), 0);
        assert_eq!(problems(&"x".repeat(1001)), 1);
    }
}
