use std::time::Duration;

use portcullis_model::FactorError;
use portcullis_telephony::PhoneNumber;
use serde::{Deserialize, Serialize};

/// How one person is called.
#[derive(Deserialize)]
#[serde(try_from = "Kept")]
pub(super) enum PhoneEnrolment {
    Number(CalledAt),
    /// By the agent, which knows their number under this name.
    Agent(String),
}

/// A number of one person.
#[derive(Clone)]
pub(super) struct CalledAt {
    pub(super) number: PhoneNumber,
    /// Between the answer and the extension.
    pub(super) before: Duration,
    /// Between the extension and the greeting.
    pub(super) after: Duration,
}

/// The same as it is kept.
#[derive(Deserialize, Serialize)]
#[serde(untagged, deny_unknown_fields)]
enum Kept {
    Number {
        /// `1 9259249500 292`.
        number: String,
        /// In seconds.
        #[serde(default = "usual")]
        before: u8,
        #[serde(default = "usual")]
        after: u8,
    },
    Agent {
        agent: String,
    },
}

const fn usual() -> u8 {
    2
}

impl TryFrom<Kept> for PhoneEnrolment {
    type Error = &'static str;

    fn try_from(kept: Kept) -> Result<Self, &'static str> {
        Ok(match kept {
            Kept::Agent { agent } => Self::Agent(agent),
            Kept::Number {
                number,
                before,
                after,
            } => Self::Number(CalledAt {
                number: PhoneNumber::parse(&number).map_err(|_| "the number is none")?,
                before: Duration::from_secs(before.into()),
                after: Duration::from_secs(after.into()),
            }),
        })
    }
}

impl From<PhoneEnrolment> for Kept {
    fn from(enrolment: PhoneEnrolment) -> Self {
        let seconds = |time: Duration| u8::try_from(time.as_secs()).unwrap_or(u8::MAX);
        match enrolment {
            PhoneEnrolment::Agent(agent) => Self::Agent { agent },
            PhoneEnrolment::Number(at) => Self::Number {
                number: at.number.to_text(),
                before: seconds(at.before),
                after: seconds(at.after),
            },
        }
    }
}

impl PhoneEnrolment {
    pub(super) fn of(number: PhoneNumber) -> Self {
        let usual = Duration::from_secs(usual().into());
        Self::Number(CalledAt {
            number,
            before: usual,
            after: usual,
        })
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, FactorError> {
        serde_json::from_slice(bytes).map_err(|_| FactorError::DamagedEnrolment)
    }

    pub(super) fn into_bytes(self) -> Result<Vec<u8>, FactorError> {
        serde_json::to_vec(&Kept::from(self)).map_err(|_| FactorError::DamagedEnrolment)
    }

    /// What people may see of it.
    pub(super) fn masked(&self) -> String {
        match self {
            Self::Number(at) => at.number.masked(),
            Self::Agent(name) => format!("the number of {name} at the phone agent"),
        }
    }
}
