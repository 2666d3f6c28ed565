//! Every operation of the product, the gate that they all pass, and the sign-in machine.

mod authorize;
mod catalog;
mod error;
mod export;
mod gate;
mod hashing;
mod letters;
mod notices;
mod operation;
mod records;
mod services;
mod sharing;
mod text;
mod trail;
mod vault;

pub mod accounts;
pub mod activity;
pub mod audit;
pub mod branding;
pub mod browsers;
pub mod calls;
pub mod factors;
pub mod groups;
pub mod health;
pub mod home;
pub mod identify;
pub mod jobs;
pub mod keys;
pub mod mail;
pub mod mfa_policy;
pub mod palette;
pub mod passwords;
pub mod privacy;
pub mod prompts;
pub mod recovery;
pub mod resources;
pub mod sessions;
pub mod settings;
pub mod setup;
pub mod sign_in;
pub mod tokens;
pub mod trash;
pub mod users;

pub use authorize::Permit;
pub use catalog::{CATALOG, Listed};
pub use error::{FieldError, OpError};
pub use gate::{Check, Gate, OpenGateError};
pub use operation::{Audit, Operation, Read, Remote, Right, Starts, Write};
pub use records::Remark;
pub use services::{Services, Site, Tools};
pub use trail::{Checkpoint, CheckpointError};

/// The hidden field of a form, made from the session's token: another site cannot know it.
pub fn csrf_token(session_token: &str) -> String {
    let digest = portcullis_crypto::sha256(&[b"csrf", session_token.as_bytes()]);
    digest.iter().fold(String::with_capacity(64), |text, byte| {
        text + &format!("{byte:02x}")
    })
}

/// Compares in a time that does not depend on where the texts differ.
pub fn equal(a: &str, b: &str) -> bool {
    portcullis_crypto::equal(a.as_bytes(), b.as_bytes())
}
