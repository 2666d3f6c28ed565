//! One call, as it lies sealed in the database until a node places it.

use std::time::Duration;

use portcullis_model::{AgentCall, CallTask, Chance, FactorError, Secret};
use portcullis_telephony::{CallSpec, Digits, PhoneMode, PhoneNumber, PhoneSettings, Plan, Refusal, Task};
use serde::{Deserialize, Serialize};
use uuid::Builder;

use super::enrolment::CalledAt;

/// Through which way it goes.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Spec {
    Agent(AgentCall),
    Trunks(OwnCall),
}

/// A call through trunks of one's own, or through a provider.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnCall {
    number: String,
    backup: Option<String>,
    task: CallTask,
    language: String,
    /// In seconds.
    before: u64,
    after: u64,
    fraud_blocks: bool,
}

/// What the page shows has three digits and begins with none that means something else.
const FIRST: u32 = 100;
const COUNT: u32 = 900;

fn task(settings: &PhoneSettings, chance: &dyn Chance) -> CallTask {
    match settings.mode {
        // Through a provider, `#` alone cannot be told from nothing.
        PhoneMode::Confirm if settings.provider.is_some() => CallTask::ConfirmAsSaid,
        PhoneMode::Confirm => CallTask::Confirm,
        PhoneMode::NumberMatch => CallTask::Match((FIRST + chance.below(COUNT)).to_string()),
        PhoneMode::Pin => CallTask::Pin,
    }
}

impl Spec {
    /// By the agent that knows the person as `person`.
    pub(super) fn by_agent(settings: &PhoneSettings, person: &str, chance: &dyn Chance) -> Self {
        Self::Agent(AgentCall {
            id: Builder::from_random_bytes(chance.bytes()).into_uuid(),
            person: person.to_owned(),
            task: task(settings, chance),
            language: settings.language.clone(),
            fraud_blocks: settings.fraud_blocks,
        })
    }

    pub(super) fn task(&self) -> &CallTask {
        match self {
            Self::Agent(call) => &call.task,
            Self::Trunks(call) => &call.task,
        }
    }

    pub(super) fn parse(text: &Secret) -> Result<Self, FactorError> {
        serde_json::from_str(text.expose()).map_err(|_| FactorError::DamagedEnrolment)
    }

    pub(super) fn to_secret(&self) -> Result<Secret, FactorError> {
        let text = serde_json::to_string(self).map_err(|_| FactorError::DamagedEnrolment)?;
        Ok(Secret::new(text))
    }
}

impl OwnCall {
    pub(super) fn new(
        settings: &PhoneSettings,
        first: &CalledAt,
        backup: Option<&CalledAt>,
        chance: &dyn Chance,
    ) -> Self {
        Self {
            number: first.number.to_text(),
            backup: backup.map(|second| second.number.to_text()),
            task: task(settings, chance),
            language: settings.language.clone(),
            before: first.before.as_secs(),
            after: first.after.as_secs(),
            fraud_blocks: settings.fraud_blocks,
        }
    }

    pub(super) fn call(self) -> Result<CallSpec, FactorError> {
        let read = |text: &str| PhoneNumber::parse(text).map_err(|_| FactorError::DamagedEnrolment);
        let number = read(&self.number)?;
        let backup = self.backup.as_deref().map(read).transpose()?;
        let task = match &self.task {
            CallTask::Confirm | CallTask::ConfirmAsSaid => Task::Confirm,
            CallTask::Match(digits) => {
                Task::Match(Digits::parse(digits).ok_or(FactorError::DamagedEnrolment)?)
            }
            // Only an agent keeps PINs.
            CallTask::Pin => return Err(FactorError::DamagedEnrolment),
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
