use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::access::{UnknownWord, words};

/// What the codes of an authenticator app look like (RFC 6238); a new one shows every 30 seconds.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct AppCodes {
    pub hash: OtpHash,
    /// 6 or 8.
    pub digits: u8,
}

impl Default for AppCodes {
    /// What every app can do.
    fn default() -> Self {
        Self {
            hash: OtpHash::Sha1,
            digits: 6,
        }
    }
}

impl AppCodes {
    /// Whether every app can show them.
    pub fn is_common(self) -> bool {
        self == Self::default()
    }

    /// `SHA-256 · 8 digits`.
    pub fn text(self) -> String {
        format!("{} · {} digits", self.hash.label(), self.digits)
    }
}

/// The hash function under the codes of an authenticator app.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OtpHash {
    #[default]
    Sha1,
    Sha256,
    Sha512,
}

words!(OtpHash { Sha1 = "sha1", Sha256 = "sha256", Sha512 = "sha512" });

impl OtpHash {
    pub const ALL: [Self; 3] = [Self::Sha1, Self::Sha256, Self::Sha512];

    pub const fn label(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha512 => "SHA-512",
        }
    }
}
