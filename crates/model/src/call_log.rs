//! What is listed of phone calls.

use uuid::Uuid;

use crate::{CallOutcome, PageSize, Timestamp};

/// Which phone calls to list; newest first.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CallFilter {
    /// A user name, or empty for everybody.
    pub who: String,
    pub outcome: Option<CallOutcome>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

/// A page of calls: those before the one with this moment and id.
#[derive(Clone, Copy, Debug)]
pub struct CallsPage {
    pub before: Option<(Timestamp, Uuid)>,
    pub size: PageSize,
}

/// A phone call; never what was pressed.
#[derive(Clone, Debug)]
pub struct LoggedCall {
    pub id: Uuid,
    pub username: String,
    /// The number, masked.
    pub masked: String,
    /// `sign_in`, `session`, `test` or `enrolment`.
    pub purpose: String,
    /// From where it was asked for.
    pub address: String,
    /// Absent while it is under way.
    pub outcome: Option<CallOutcome>,
    pub trunk: String,
    pub made_at: Timestamp,
    /// How long it was connected.
    pub seconds: u32,
    /// As two letters of ISO 3166; empty where an agent keeps the numbers.
    pub country: String,
    /// In the smallest unit of the currency; until it is over, what it may cost at most.
    pub cost: u64,
    /// Empty where money was not counted.
    pub currency: String,
}
