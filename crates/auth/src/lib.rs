//! First factors and second factors: what proves that people are who they say.

mod backup_codes;
#[cfg(test)]
mod seeded;
mod totp;
mod webauthn;

pub use backup_codes::BackupCodes;
pub use totp::{Totp, app_code};
pub use webauthn::{
    Attestation, BadOrigin, KeyModel, UserVerification, WebAuthn, WebAuthnSettings, claimed_user,
    verified_user,
};
