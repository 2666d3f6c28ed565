use portcullis_model::{CallOutcome, Scope, Subject, SubjectKind, SystemRight, Timestamp};
use portcullis_store::{Snapshot, calls, users};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists the latest phone calls and what came of them.
pub struct List;

#[derive(Clone, Debug)]
pub struct CallRow {
    pub username: String,
    pub masked: String,
    /// `sign_in`, `session`, `test` or `enrolment`.
    pub purpose: String,
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

const MOST: u16 = 50;

impl Operation for List {
    type Output = Vec<CallRow>;

    const NAME: &'static str = "call.list";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Read for List {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<CallRow>, OpError> {
        let mut rows = Vec::new();
        for call in calls::list(snapshot, MOST).await? {
            let user = users::find(snapshot, call.user).await?;
            rows.push(CallRow {
                username: user.map(|user| user.username).unwrap_or_default(),
                masked: call.masked,
                purpose: call.purpose,
                outcome: call.outcome,
                trunk: call.trunk,
                made_at: call.made_at,
                seconds: call.seconds,
                country: call.country,
                cost: call.cost,
                currency: call.currency,
            });
        }
        Ok(rows)
    }
}
