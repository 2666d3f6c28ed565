//! First factors and second factors: what proves that people are who they say.

mod backup_codes;
mod radius;
#[cfg(test)]
mod seeded;
mod totp;

pub use backup_codes::BackupCodes;
pub use radius::{
    InvalidRadiusUsername, RadSec, RadSecIdentity, Radius, RadiusEnrolment, RadiusPacketError, RadiusProblem,
    RadiusProtocol, RadiusServer, RadiusSettings, RadiusSettingsError, RadiusTransport,
    read_unverified_radius_reply,
};
pub use totp::{Totp, app_code};
