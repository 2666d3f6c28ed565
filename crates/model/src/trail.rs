use uuid::Uuid;

use crate::{Outcome, PageSize, Timestamp};

/// One line of the audit trail as it was recorded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuditView {
    pub seq: i64,
    pub at: Timestamp,
    pub operation: String,
    pub actor_kind: String,
    pub actor: String,
    pub door: String,
    pub address: String,
    pub request: String,
    pub subject_kind: String,
    pub subject_id: Option<Uuid>,
    pub subject: String,
    pub outcome: Outcome,
    pub reason: String,
    pub message: String,
    /// Hexadecimal.
    pub hash: String,
}

/// Which lines of the trail to list; newest first.
#[derive(Clone, Debug)]
pub struct AuditFilter {
    /// A user name, or empty for everybody.
    pub who: String,
    /// The beginning of an operation's name, or empty for all.
    pub operation: String,
    pub subject: Option<Uuid>,
    pub outcome: Option<Outcome>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

impl AuditFilter {
    pub fn everything() -> Self {
        Self {
            who: String::new(),
            operation: String::new(),
            subject: None,
            outcome: None,
            since: None,
            until: None,
        }
    }
}

/// A page of the trail: entries before `before`, newest first.
#[derive(Clone, Copy, Debug)]
pub struct TrailPage {
    pub before: Option<i64>,
    pub size: PageSize,
}
