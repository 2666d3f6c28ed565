//! First factors and second factors: what proves that people are who they say.

mod backup_codes;
#[cfg(test)]
mod seeded;
mod totp;

pub use backup_codes::BackupCodes;
pub use totp::{Totp, app_code};
