use portcullis_model::{Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::{Tx, policy_changes};
use uuid::Uuid;

use crate::mfa_policy::UNDO;
use crate::mfa_policy::state::{State, make};
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Takes a change back, within a day, or cancels one that is scheduled or only reports.
pub struct Undo {
    pub id: Uuid,
}

impl Operation for Undo {
    type Output = ();

    const NAME: &'static str = "policy.undo";
    const RIGHT: Right = Right::System(SystemRight::ManageSecurity);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Policy, self.id)
    }
}

impl Write for Undo {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        permit.fresh(services)?;
        let changed = policy_changes::find(tx, self.id)
            .await?
            .ok_or(OpError::NotFound)?;
        let now = services.now();
        permit.named(format!("version {}", changed.version));
        let (from, to) = match changed.state.as_str() {
            "scheduled" => ("scheduled", "cancelled"),
            "reporting" => ("reporting", "cancelled"),
            "applied" if now < changed.applies_at + UNDO => ("applied", "undone"),
            "applied" => {
                return Err(OpError::Conflict(
                    "This change is older than a day. Make a new one instead.",
                ));
            }
            _ => return Err(OpError::Conflict("This change does not hold any more.")),
        };
        if from == "applied" {
            // What the undo would overwrite must be what the change wrote.
            let mut state = State::load(services, tx).await?;
            let current = state.change(&changed.change.before)?;
            if current != changed.change.after {
                return Err(OpError::Conflict(
                    "Something of this was changed again since. Undo the later change first.",
                ));
            }
            make(services, tx, permit.who(), &changed.change.before).await?;
        }
        if policy_changes::set_state(tx, self.id, from, to, Some(now)).await? != 1 {
            return Err(OpError::Conflict("Somebody else was first."));
        }
        permit.message(format!("Taken back: {}", changed.summary));
        Ok(())
    }
}
