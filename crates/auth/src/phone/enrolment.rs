use std::time::Duration;

use portcullis_model::FactorError;
use portcullis_telephony::PhoneNumber;
use serde::{Deserialize, Serialize};

/// A number of one person.
pub(super) struct PhoneEnrolment {
    pub(super) number: PhoneNumber,
    /// Between the answer and the extension.
    pub(super) before: Duration,
    /// Between the extension and the greeting.
    pub(super) after: Duration,
}

/// The same as it is kept.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    /// `1 9259249500 292`.
    number: String,
    #[serde(default = "usual")]
    before: u8,
    #[serde(default = "usual")]
    after: u8,
}

/// In seconds.
const fn usual() -> u8 {
    2
}

impl PhoneEnrolment {
    pub(super) fn of(number: &PhoneNumber) -> Self {
        let usual = Duration::from_secs(usual().into());
        Self {
            number: number.clone(),
            before: usual,
            after: usual,
        }
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, FactorError> {
        let damaged = |()| FactorError::DamagedEnrolment;
        let kept: Kept = serde_json::from_slice(bytes).map_err(|_| damaged(()))?;
        Ok(Self {
            number: PhoneNumber::parse(&kept.number).map_err(|_| damaged(()))?,
            before: Duration::from_secs(kept.before.into()),
            after: Duration::from_secs(kept.after.into()),
        })
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, FactorError> {
        let seconds = |time: Duration| u8::try_from(time.as_secs()).unwrap_or(u8::MAX);
        let kept = Kept {
            number: self.number.to_text(),
            before: seconds(self.before),
            after: seconds(self.after),
        };
        serde_json::to_vec(&kept).map_err(|_| FactorError::DamagedEnrolment)
    }
}
