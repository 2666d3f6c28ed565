use portcullis_model::{Scope, SitePolicy, Subject, SubjectKind, SystemRight, Timestamp};
use portcullis_store::{Snapshot, policy_changes};
use uuid::Uuid;

use crate::mfa_policy::{UNDO, site_policy};
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Shows what holds for everybody, and what was changed lately.
pub struct Find;

#[derive(Clone, Debug)]
pub struct PolicyView {
    pub site: SitePolicy,
    /// Rises with every change.
    pub version: i64,
    /// The newest first.
    pub changes: Vec<ChangeView>,
}

#[derive(Clone, Debug)]
pub struct ChangeView {
    pub id: Uuid,
    pub version: i64,
    /// `applied`, `scheduled`, `cancelled` or `undone`; `reporting` or `reported` if it only reports what it would do.
    pub state: String,
    pub summary: String,
    pub made_at: Timestamp,
    pub made_by: String,
    pub applies_at: Timestamp,
    pub can_be_undone: bool,
}

const MOST: u16 = 20;

impl Operation for Find {
    type Output = PolicyView;

    const NAME: &'static str = "policy.find";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Policy)
    }
}

impl Read for Find {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<PolicyView, OpError> {
        let now = services.now();
        let changes = policy_changes::list(snapshot, MOST).await?;
        Ok(PolicyView {
            site: site_policy(snapshot).await?,
            version: policy_changes::version(snapshot).await?,
            changes: changes
                .into_iter()
                .map(|changed| ChangeView {
                    can_be_undone: matches!(changed.state.as_str(), "scheduled" | "reporting")
                        || (changed.state == "applied" && now < changed.applies_at + UNDO),
                    id: changed.id,
                    version: changed.version,
                    state: changed.state,
                    summary: changed.summary,
                    made_at: changed.made_at,
                    made_by: changed.made_by,
                    applies_at: changed.applies_at,
                })
                .collect(),
        })
    }
}
