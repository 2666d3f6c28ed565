use portcullis_model::{Scope, Subject, SubjectKind};
use portcullis_store::Tx;
use portcullis_store::policy_changes::{self, Both};

use crate::mfa_policy::state::make;
use crate::{Audit, OpError, Operation, Permit, Right, Services, Write};

/// Applies the scheduled changes whose time has come.
pub struct ApplyDue;

impl Operation for ApplyDue {
    /// How many were applied.
    type Output = usize;

    const NAME: &'static str = "policy.apply_due";
    const RIGHT: Right = Right::Operator;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Remarks;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Policy)
    }
}

impl Write for ApplyDue {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<usize, OpError> {
        policy_changes::end_reports(tx, services.now()).await?;
        let mut told = Vec::new();
        let mut applied = 0;
        for due in policy_changes::due(tx, services.now()).await? {
            match make(services, tx, &due.made_by, &due.change.after).await {
                Ok(before) => {
                    let change = Both {
                        before,
                        after: due.change.after,
                    };
                    policy_changes::set_change(tx, due.id, &change).await?;
                    policy_changes::set_state(tx, due.id, "scheduled", "applied", None).await?;
                    told.push(format!("Applied version {}: {}", due.version, due.summary));
                    applied += 1;
                }
                // What it names may be gone, or it would lock everybody out by now.
                Err(OpError::Conflict(why)) => {
                    policy_changes::set_state(tx, due.id, "scheduled", "cancelled", None).await?;
                    told.push(format!("Not applied, version {}: {why}", due.version));
                }
                Err(OpError::NotFound) => {
                    policy_changes::set_state(tx, due.id, "scheduled", "cancelled", None).await?;
                    told.push(format!(
                        "Not applied, version {}: a group or person in it is gone.",
                        due.version
                    ));
                }
                Err(error) => return Err(error),
            }
        }
        if !told.is_empty() {
            permit.message(told.join(" "));
        }
        Ok(applied)
    }
}
