//! Phone calls, as the engine sees them: what is asked for, what comes of it, and who places them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::access::{UnknownWord, words};
use crate::{CallBudget, CallHooks, CallPrompts, Secret};

/// A call that somebody's second step asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CallRequest {
    /// The call as the telephone takes it; kept sealed while it waits.
    pub spec: Secret,
    /// The number, to tell calls to the same one from others; kept only as a keyed digest.
    pub number: Secret,
    /// What people may see of the number.
    pub masked: String,
    /// The countries that it may reach, as two letters of ISO 3166, the one of the number first; none where an agent
    /// keeps the numbers.
    pub countries: Vec<String>,
    /// Why it must not be placed at all.
    pub refused: Option<CallOutcome>,
    pub task: CallTask,
}

/// What the person has to do.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallTask {
    /// Press `#`.
    Confirm,
    /// Press the digit that the voice names, then `#`.
    ConfirmAsSaid,
    /// Key in these digits, which the page shows.
    Match(String),
    /// Enter the PIN that an agent keeps.
    Pin,
}

/// How far a call is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CallStep {
    /// It waits for a node to place it.
    Queued,
    Calling,
    Ringing,
    Answered,
    /// The person was told what to do, and keys count.
    Waiting,
    Over,
}

words!(CallStep {
    Queued = "queued",
    Calling = "calling",
    Ringing = "ringing",
    Answered = "answered",
    Waiting = "waiting",
    Over = "over",
});

/// How a call ended. Only `Granted` proves anything.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CallOutcome {
    Granted,
    /// The person reported that somebody else signs in, and wants their phone blocked.
    FraudBlocked,
    /// The same, without blocking.
    Fraud,
    WrongKeys,
    /// The agent takes no PIN of this person for a while.
    Locked,
    /// The PIN could not be checked; most likely the person has none.
    Unchecked,
    NoInput,
    Voicemail,
    HungUp,
    /// The voice stopped, or the node that placed the call did.
    Lost,
    TimedOut,
    /// Whoever wanted it no longer does.
    Cancelled,
    Busy,
    NoAnswer,
    Declined,
    InvalidNumber,
    Forwarded,
    ProviderDown,
    ProviderRefused,
    Unencrypted,
    Unsuitable,
    RefusedCountry,
    RefusedKind,
    RefusedExtension,
    /// One is under way for this person or this number.
    AlreadyCalling,
    OverLimit,
    /// It might have cost more than is left of the day's money or minutes.
    OverBudget,
    /// The agent knows nobody of that name.
    UnknownPerson,
    /// Too many calls in a row came to nothing.
    Blocked,
}

words!(CallOutcome {
    Granted = "granted",
    FraudBlocked = "fraud_blocked",
    Fraud = "fraud",
    WrongKeys = "wrong_pin",
    Locked = "locked",
    Unchecked = "unchecked",
    NoInput = "no_input",
    Voicemail = "voicemail",
    HungUp = "hung_up",
    Lost = "lost",
    TimedOut = "timed_out",
    Cancelled = "cancelled",
    Busy = "busy",
    NoAnswer = "no_answer",
    Declined = "declined",
    InvalidNumber = "invalid_number",
    Forwarded = "forwarded",
    ProviderDown = "provider_down",
    ProviderRefused = "provider_refused",
    Unencrypted = "unencrypted",
    Unsuitable = "unsuitable",
    RefusedCountry = "refused_country",
    RefusedKind = "refused_kind",
    RefusedExtension = "refused_extension",
    AlreadyCalling = "already_calling",
    OverLimit = "over_limit",
    OverBudget = "over_budget",
    UnknownPerson = "unknown_person",
    Blocked = "blocked",
});

impl CallOutcome {
    pub const ALL: [Self; 29] = [
        Self::Granted,
        Self::FraudBlocked,
        Self::Fraud,
        Self::WrongKeys,
        Self::Locked,
        Self::Unchecked,
        Self::NoInput,
        Self::Voicemail,
        Self::HungUp,
        Self::Lost,
        Self::TimedOut,
        Self::Cancelled,
        Self::Busy,
        Self::NoAnswer,
        Self::Declined,
        Self::InvalidNumber,
        Self::Forwarded,
        Self::ProviderDown,
        Self::ProviderRefused,
        Self::Unencrypted,
        Self::Unsuitable,
        Self::RefusedCountry,
        Self::RefusedKind,
        Self::RefusedExtension,
        Self::AlreadyCalling,
        Self::OverLimit,
        Self::OverBudget,
        Self::UnknownPerson,
        Self::Blocked,
    ];

    /// Whether the person said that it was not them.
    pub const fn is_fraud(self) -> bool {
        matches!(self, Self::Fraud | Self::FraudBlocked)
    }

    /// Whether it speaks against whoever asked for the call, rather than against the line.
    pub const fn is_failure(self) -> bool {
        matches!(
            self,
            Self::Fraud
                | Self::FraudBlocked
                | Self::WrongKeys
                | Self::Locked
                | Self::NoInput
                | Self::Voicemail
                | Self::HungUp
                | Self::TimedOut
                | Self::Busy
                | Self::NoAnswer
                | Self::Declined
        )
    }
}

/// What a call tells while it lasts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CallNews {
    Reached(CallStep),
    /// Comes at most once. The call may still say goodbye.
    Decided(CallOutcome),
}

/// What the trail keeps of a call that is over. No key is in it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CallReport {
    pub outcome: CallOutcome,
    /// The trunk that connected it, or the last one tried.
    pub trunk: Option<String>,
    /// From dialling to the end.
    pub lasted: Duration,
    /// From the answer to the end.
    pub connected: Duration,
    /// The country of the number that was called last; absent where nobody here knows.
    pub country: Option<String>,
    /// How the deciding key came: `event`, `info`, `in-band` or `provider`.
    pub key_source: Option<&'static str>,
    /// Whether it was the second number.
    pub used_backup: bool,
    /// Packets that did not come from the negotiated peer. More than a few mean an attack.
    pub strangers: u32,
}

/// What was called lately, the call that is asked for not counted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct RecentCalls {
    pub person: FewCalls,
    pub number: FewCalls,
    pub in_a_minute: u32,
    pub in_a_day: u32,
    pub at_once: u32,
    /// Of the countries that the call may reach, the one that was called most.
    pub to_the_country_in_a_day: u32,
    /// The same of begun minutes; calls under way count at their most.
    pub minutes_to_the_country_in_a_day: u32,
    /// In the smallest unit of the currency; calls under way count at their most.
    pub spent_in_a_day: u64,
    /// What this call may cost at most.
    pub cost: u64,
    /// Calls to this person in a row that failed.
    pub failures_in_a_row: u32,
}

/// Calls to one person or one number.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct FewCalls {
    pub is_calling: bool,
    pub in_ten_minutes: u32,
    pub in_a_day: u32,
}

/// A way to the telephone network, as this node knows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TrunkView {
    pub name: String,
    /// Absent as long as nobody asked.
    pub is_well: Option<bool>,
    /// What is wrong, in words for administrators.
    pub problem: String,
}

/// Places calls. It knows nothing of people or of the database; its settings come with each call.
#[async_trait]
pub trait Telephone: Send + Sync {
    /// Says whether one more call may be placed.
    fn admit(&self, settings: &[u8], recent: &RecentCalls) -> Result<(), CallOutcome>;

    /// What calls cost and how much a day may; absent where money is not counted.
    fn budget(&self, settings: &[u8]) -> Option<CallBudget>;

    /// Calls and stays with the call to its end. Whoever drops the future hangs up.
    async fn place(
        &self,
        settings: &[u8],
        spec: &Secret,
        news: &(dyn Fn(CallNews) + Send + Sync),
    ) -> CallReport;

    fn trunks(&self, settings: &[u8]) -> Vec<TrunkView>;

    /// Where the providers of calls are heard.
    fn hooks(&self) -> Arc<dyn CallHooks>;

    /// What its calls say.
    fn prompts(&self) -> Arc<dyn CallPrompts>;
}
