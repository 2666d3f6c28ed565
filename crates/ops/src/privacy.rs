//! The privacy text that people accept once before they go on, and again when it changes.

mod accept;
mod find;

pub use accept::Accept;
pub use find::{Find, PrivacyText};

/// The digest of a text in hexadecimal, as it stands in a form.
fn written(digest: &[u8; 32]) -> String {
    digest.iter().fold(String::with_capacity(64), |text, byte| {
        text + &format!("{byte:02x}")
    })
}
