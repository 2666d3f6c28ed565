use portcullis_model::{CallOutcome, FactorKind, LoginId, Scope, SessionId, Subject, SubjectKind, UserId};
use portcullis_store::calls::{self, Call};
use portcullis_store::users::User;
use portcullis_store::{Tx, factors, logins, sealed, sessions, switched_off, users};
use uuid::Uuid;

use super::{SILENCE, told};
use crate::mail::Occasion;
use crate::notices::{self, Notice};
use crate::sign_in::REPORTED;
use crate::{Audit, OpError, Operation, Permit, Right, Services, Write};

/// Says, once, how a call ended. A yes counts from here on, for whoever it was placed for.
pub struct Decide {
    pub id: Uuid,
    pub outcome: CallOutcome,
}

impl Operation for Decide {
    type Output = ();

    const NAME: &'static str = "call.decide";
    const RIGHT: Right = Right::Operator;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Remarks;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Write for Decide {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        let now = services.now();
        let Some(call) = calls::find(tx, self.id).await? else {
            return Ok(());
        };
        // In the order of everybody else: the person, then what belongs to them.
        users::hold(tx, call.user).await?;
        let user = users::find(tx, call.user).await?.ok_or(OpError::NotFound)?;
        permit.about(Subject {
            kind: SubjectKind::User,
            id: Some(user.id.0),
            name: Some(user.username.clone()),
        });
        let outcome = if self.outcome == CallOutcome::Granted {
            match calls::grant(tx, call.id, now, now - SILENCE).await? {
                1 => CallOutcome::Granted,
                _ => CallOutcome::Lost,
            }
        } else {
            self.outcome
        };
        let is_granted = outcome == CallOutcome::Granted;
        if !is_granted && calls::decide(tx, call.id, outcome, now).await? != 1 {
            // It was cancelled or given up before; only a report of fraud is heard all the same.
            if !outcome.is_fraud() {
                let known = call.outcome.unwrap_or(outcome);
                permit.message(format!("{}: {known}.", told(&call)));
                return Ok(());
            }
        }
        sealed::delete(tx, call.id).await?;
        permit.message(format!("{}: {outcome}.", told(&call)));
        if outcome.is_fraud() {
            permit.refused();
            return report(services, tx, &call, &user, outcome).await;
        }
        if !is_granted {
            permit.failed();
        }
        Ok(())
    }
}

/// Ends what the call was placed for, blocks the phone if that is wanted, and tells everybody who should know.
async fn report(
    services: &Services,
    tx: &Tx,
    call: &Call,
    user: &User,
    outcome: CallOutcome,
) -> Result<(), OpError> {
    match call.purpose.as_str() {
        "sign_in" => {
            let login = LoginId(call.owner);
            logins::stop(tx, login, REPORTED).await?;
            logins::end_others(tx, user.id, login).await?;
        }
        "session" => {
            sessions::stop(tx, user.id, SessionId(call.owner), services.now()).await?;
        }
        "enrolment" => {
            factors::delete_pending(tx, user.id).await?;
        }
        // Whoever tries the key that reports a fraud sees that it is heard.
        _ => return Ok(()),
    }
    let blocks = outcome == CallOutcome::FraudBlocked && call.purpose != "enrolment";
    if blocks {
        switched_off::insert(tx, user.id, FactorKind::Phone, services.now()).await?;
    }
    tell(services, tx, call, user, blocks).await
}

async fn tell(services: &Services, tx: &Tx, call: &Call, user: &User, blocks: bool) -> Result<(), OpError> {
    let done = if blocks {
        "What the call was for was ended, and phone calls are switched off for the account."
    } else {
        "What the call was for was ended."
    };
    let what = format!(
        "Somebody on the phone {} pressed 0# and said that a call for the account {} was not wanted. {done}",
        call.masked, user.username
    );
    let notice = Notice {
        occasion: Occasion::Notice,
        address: &call.address,
        subject: "A phone call was reported as not wanted",
        what: &what,
        advice: "Whoever asked for the call knew the password: change it, and tell an administrator.",
    };
    notices::post_to(services, tx, user, &notice).await?;
    let notice = Notice {
        advice: "Somebody else may know this person's password. Ask them, and reset the method on their Authentication tab.",
        ..notice
    };
    let but: Option<UserId> = Some(user.id);
    notices::post_to_administrators(services, tx, but, &notice).await
}
