//! First factors and second factors: what proves that people are who they say.

mod backup_codes;
mod email_code;
mod phone;
mod radius;
#[cfg(test)]
mod seeded;
mod temporary_pass;
mod totp;
mod webauthn;

pub use backup_codes::BackupCodes;
pub use email_code::EmailCode;
pub use phone::Phone;
pub use radius::{
    InvalidRadiusUsername, RadSec, RadSecIdentity, Radius, RadiusEnrolment, RadiusPacketError, RadiusProblem,
    RadiusProtocol, RadiusServer, RadiusSettings, RadiusSettingsError, RadiusTransport,
    read_unverified_radius_reply,
};
pub use temporary_pass::TemporaryPass;
pub use totp::{Totp, app_code};
pub use webauthn::{Attestation, BadOrigin, KeyModel, UserVerification, WebAuthn, WebAuthnSettings};
