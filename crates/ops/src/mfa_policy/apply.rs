use portcullis_model::{PolicyChange, Scope, Subject, SubjectKind, SystemRight, Timestamp};
use portcullis_store::Tx;
use portcullis_store::policy_changes::{self, Both, Changed};
use uuid::Uuid;

use crate::mfa_policy::state::{check, make};
use crate::text::for_trail;
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Applies a change of the policy, now or later. Every node obeys it from then on.
pub struct Apply {
    pub change: PolicyChange,
    /// What was changed, in words for the history and the trail.
    pub summary: String,
    /// The version that was previewed.
    pub version: i64,
    /// Absent for now.
    pub at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug)]
pub struct Applied {
    pub id: Uuid,
    pub version: i64,
    pub scheduled: bool,
}

impl Operation for Apply {
    type Output = Applied;

    const NAME: &'static str = "policy.apply";
    const RIGHT: Right = Right::System(SystemRight::ManageSecurity);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Policy)
    }
}

impl Write for Apply {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<Applied, OpError> {
        permit.fresh(services)?;
        check(&self.change)?;
        let now = services.now();
        if policy_changes::version(tx).await? != self.version {
            return Err(OpError::Conflict(
                "The policy was changed after this preview. Look at the preview again.",
            ));
        }
        let scheduled = self.at.filter(|at| now < *at);
        let before = match scheduled {
            Some(_) => PolicyChange::default(),
            None => make(services, tx, permit.who(), &self.change).await?,
        };
        let summary = for_trail(&self.summary).into_owned();
        let changed = Changed {
            id: services.new_id(),
            version: self.version + 1,
            state: if scheduled.is_some() {
                "scheduled"
            } else {
                "applied"
            }
            .to_owned(),
            summary: summary.clone(),
            change: Both {
                before,
                after: self.change,
            },
            made_at: now,
            made_by: permit.who().to_owned(),
            applies_at: scheduled.unwrap_or(now),
            undone_at: None,
        };
        // Of two changes of the same preview the second finds its number taken.
        policy_changes::insert(tx, &changed).await?;
        permit.about(Subject {
            kind: SubjectKind::Policy,
            id: Some(changed.id),
            name: Some(format!("version {}", changed.version)),
        });
        let diff = serde_json::to_string(&changed.change).map_err(|_| OpError::Damaged)?;
        permit.wrote(diff.as_bytes());
        permit.message(match scheduled {
            Some(at) => format!("Scheduled for {at}: {summary}"),
            None => summary,
        });
        Ok(Applied {
            id: changed.id,
            version: changed.version,
            scheduled: scheduled.is_some(),
        })
    }
}
