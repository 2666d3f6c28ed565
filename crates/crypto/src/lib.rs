//! Seals, opens, hashes and draws random values; holds the key hierarchy. No clock, no chance of its own.

mod digest;
mod envelope;
mod generate;
mod keyring;
mod keys;
mod pairing;
mod password;
mod place;
mod purpose;
mod readable;
mod root;
#[cfg(test)]
mod seeded;
mod slot;
mod token;
mod words;

pub use digest::{equal, hmac_sha256, sha256};
pub use envelope::OpenError;
pub use generate::generate_password;
pub use keyring::Keyring;
pub use keys::Key;
pub use pairing::{Exchanged, Pairing};
pub use password::{PasswordHasher, slow_hash_code};
pub use place::Place;
pub use purpose::Purpose;
pub use readable::{draw_readable, spell_plainly};
pub use root::{unwrap_root, wrap_root};
pub use slot::{FileSlot, KeySlot, SlotError, is_beside};
pub use token::{
    draw_personal_token, draw_setup_code, draw_token, is_personal_token, setup_code_digest, token_digest,
};
pub use words::{spoken_words, spoken_words_digest};
