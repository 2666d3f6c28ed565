//! One call, as it lies sealed in the database until a node places it.

use std::time::Duration;

use portcullis_model::{Chance, FactorError, Secret};
use portcullis_telephony::{CallSpec, Digits, PhoneNumber, Plan, Refusal, Task};
use serde::{Deserialize, Serialize};

use super::enrolment::PhoneEnrolment;
use super::{PhoneMode, PhoneSettings};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spec {
    number: String,
    backup: Option<String>,
    /// What the page shows and the person keys in; absent where `#` is enough.
    pub(super) digits: Option<String>,
    language: String,
    /// In seconds.
    before: u64,
    after: u64,
    fraud_blocks: bool,
}

/// What the page shows has three digits and begins with none that means something else.
const FIRST: u32 = 100;
const COUNT: u32 = 900;

impl Spec {
    pub(super) fn new(
        settings: &PhoneSettings,
        first: &PhoneEnrolment,
        backup: Option<&PhoneEnrolment>,
        chance: &dyn Chance,
    ) -> Self {
        Self {
            number: first.number.to_text(),
            backup: backup.map(|second| second.number.to_text()),
            digits: match settings.mode {
                PhoneMode::NumberMatch => Some((FIRST + chance.below(COUNT)).to_string()),
                PhoneMode::Confirm => None,
            },
            language: settings.language.clone(),
            before: first.before.as_secs(),
            after: first.after.as_secs(),
            fraud_blocks: settings.fraud_blocks,
        }
    }

    pub(super) fn parse(text: &Secret) -> Result<Self, FactorError> {
        serde_json::from_str(text.expose()).map_err(|_| FactorError::DamagedEnrolment)
    }

    pub(super) fn to_secret(&self) -> Result<Secret, FactorError> {
        let text = serde_json::to_string(self).map_err(|_| FactorError::DamagedEnrolment)?;
        Ok(Secret::new(text))
    }

    pub(super) fn call(self) -> Result<CallSpec, FactorError> {
        let read = |text: &str| PhoneNumber::parse(text).map_err(|_| FactorError::DamagedEnrolment);
        let number = read(&self.number)?;
        let backup = self.backup.as_deref().map(read).transpose()?;
        let task = match self.digits.as_deref().map(Digits::parse) {
            None => Task::Confirm,
            Some(Some(digits)) => Task::Match(digits),
            Some(None) => return Err(FactorError::DamagedEnrolment),
        };
        let mut plan = Plan::new(task);
        plan.extension = number.extension().cloned();
        plan.backup_extension = backup.as_ref().and_then(|backup| backup.extension().cloned());
        plan.has_backup = backup.is_some();
        plan.timings.before_extension = Duration::from_secs(self.before);
        plan.timings.after_extension = Duration::from_secs(self.after);
        plan.fraud_blocks = self.fraud_blocks;
        Ok(CallSpec {
            number,
            backup,
            plan,
            language: self.language,
        })
    }
}

/// What whoever types the number reads.
pub(super) fn refusal_text(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Country => "is in a country that is not called from here; ask an administrator",
        Refusal::Extension => "must have no extension",
        _ => "must be an ordinary landline or mobile number",
    }
}
