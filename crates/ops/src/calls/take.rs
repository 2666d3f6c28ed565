use portcullis_model::{CallOutcome, Scope, Secret, Subject, SubjectKind};
use portcullis_store::{Tx, calls, sealed};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{SILENCE, told, waiting};
use crate::prompts;
use crate::settings::{self, Connection};
use crate::{Audit, OpError, Operation, Permit, Right, Services, Write};

/// Takes the call that has waited longest, for this node to place, and gives up those of nodes that died.
pub struct Take;

/// A call to place, with what it takes.
pub struct Taken {
    pub(super) id: Uuid,
    pub(super) settings: Zeroizing<Vec<u8>>,
    pub(super) spec: Secret,
}

impl Operation for Take {
    type Output = Option<Taken>;

    const NAME: &'static str = "call.take";
    const RIGHT: Right = Right::Operator;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Remarks;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Write for Take {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Option<Taken>, OpError> {
        let now = services.now();
        for call in calls::silent(tx, now - SILENCE).await? {
            if calls::decide(tx, call.id, CallOutcome::Lost, now).await? == 1 {
                sealed::delete(tx, call.id).await?;
                permit.failed();
                permit.about(Subject::of(SubjectKind::User, call.user.0));
                permit.message(format!("{}: lost, its node fell silent.", told(&call)));
            }
        }
        let Some(call) = calls::queued(tx).await? else {
            return Ok(None);
        };
        if calls::claim(tx, call.id, now).await? != 1 {
            return Ok(None);
        }
        prompts::refresh(services, tx).await?;
        let settings = settings::secret_of(services, tx, Connection::Phone).await?;
        if let (Some(settings), Some(waiting)) = (settings, waiting(services, tx, call.id).await?) {
            return Ok(Some(Taken {
                id: call.id,
                settings,
                spec: Secret::new(waiting.spec),
            }));
        }
        calls::decide(tx, call.id, CallOutcome::ProviderDown, now).await?;
        calls::waive(tx, call.id).await?;
        sealed::delete(tx, call.id).await?;
        permit.failed();
        permit.about(Subject::of(SubjectKind::User, call.user.0));
        permit.message(format!("{}: not placed, no phone trunk is set.", told(&call)));
        Ok(None)
    }
}
