use portcullis_model::FactorError;
use serde::{Deserialize, Serialize};

use super::attribute::LONGEST_VALUE;

/// Who somebody is on the RADIUS servers. As JSON, it is the enrolment: `{"username":"a.person"}`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RadiusEnrolment {
    username: String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a RADIUS user name has 1 to 253 bytes, no control characters and no spaces around it")]
pub struct InvalidRadiusUsername;

impl RadiusEnrolment {
    /// The enrolment of a person with this RADIUS user name.
    pub fn new(username: impl Into<String>) -> Result<Self, InvalidRadiusUsername> {
        let enrolment = Self {
            username: username.into(),
        };
        if enrolment.is_valid() {
            Ok(enrolment)
        } else {
            Err(InvalidRadiusUsername)
        }
    }

    pub fn parse(bytes: &[u8]) -> Result<Self, FactorError> {
        serde_json::from_slice(bytes)
            .ok()
            .filter(Self::is_valid)
            .ok_or(FactorError::DamagedEnrolment)
    }

    /// The bytes that the engine keeps.
    pub fn to_bytes(&self) -> Result<Vec<u8>, FactorError> {
        serde_json::to_vec(self).map_err(|_| FactorError::DamagedEnrolment)
    }

    pub fn username(&self) -> &str {
        &self.username
    }

    fn is_valid(&self) -> bool {
        let name = self.username.as_str();
        (1..=LONGEST_VALUE).contains(&name.len()) && name.trim() == name && !name.contains(char::is_control)
    }
}
