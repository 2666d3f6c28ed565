use portcullis_model::{CallOutcome, CallStep, LoginId, Scope, Subject, SubjectKind};
use portcullis_store::calls::{self, Call};
use portcullis_store::{Tx, factors, logins, sealed, sessions};
use uuid::Uuid;

use super::SILENCE;
use crate::sign_in::FIRST_PASSED;
use crate::{Audit, OpError, Operation, Permit, Right, Services, Write};

/// Says that a call is under way here, and how far it is. Answers whether it is still wanted.
pub struct Note {
    pub id: Uuid,
    pub step: Option<CallStep>,
}

impl Operation for Note {
    type Output = bool;

    const NAME: &'static str = "call.note";
    const RIGHT: Right = Right::Operator;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Remarks;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Write for Note {
    async fn run(self, _permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<bool, OpError> {
        let now = services.now();
        let Some(call) = calls::find(tx, self.id).await?.filter(Call::is_open) else {
            return Ok(false);
        };
        let given_up = if is_wanted(services, tx, &call).await? {
            let noted = calls::note(tx, call.id, self.step, now, now - SILENCE).await?;
            (noted != 1).then_some(CallOutcome::Lost)
        } else {
            Some(CallOutcome::Cancelled)
        };
        if let Some(outcome) = given_up {
            calls::decide(tx, call.id, outcome, now).await?;
            sealed::delete(tx, call.id).await?;
        }
        Ok(given_up.is_none())
    }
}

/// Whether what the call was placed for still waits for it.
async fn is_wanted(services: &Services, tx: &Tx, call: &Call) -> Result<bool, OpError> {
    Ok(match call.purpose.as_str() {
        "sign_in" => logins::waits(tx, LoginId(call.owner), FIRST_PASSED, services.now()).await?,
        "enrolment" => factors::list(tx, call.user)
            .await?
            .iter()
            .any(|factor| factor.id.0 == call.owner && !factor.active),
        _ => sessions::list(tx, call.user)
            .await?
            .iter()
            .any(|session| session.id.0 == call.owner && services.now() < session.ends_at),
    })
}
