use std::time::Duration;

use portcullis_model::{FactorKind, Outcome, Scope, Subject, SubjectKind, SystemRight, Timestamp};
use portcullis_store::{Snapshot, audit, recovery_requests, users};
use uuid::Uuid;

use crate::mfa_policy::{of_person, site_policy};
use crate::recovery::list::view;
use crate::recovery::{Ask, RequestView};
use crate::sign_in::{ConfirmSetUp, ProveFactor, SkipSetUp};
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Shows one request, with what speaks for and against it.
pub struct Find {
    pub id: Uuid,
}

#[derive(Clone, Debug)]
pub struct Found {
    pub request: RequestView,
    pub facts: Facts,
    pub second_approver: bool,
}

/// What an administrator weighs before they decide.
#[derive(Clone, Debug)]
pub struct Facts {
    /// How many sign-ins of the person came from the address of the request in the last 90 days.
    pub sign_ins_from_there: i64,
    pub last_sign_in_at: Option<Timestamp>,
    /// What the person has set up, each kind once.
    pub enrolled: Vec<FactorKind>,
    /// Why the person cannot sign in at all; absent if they could.
    pub blocked: Option<&'static str>,
    /// Wrong answers at the second step in the last 24 hours.
    pub wrong_answers: i64,
    /// When the password was last set.
    pub password_changed_at: Option<Timestamp>,
    /// Requests in the last 24 hours, this one included.
    pub asked: i64,
}

const DAY: Duration = Duration::from_hours(24);

impl Operation for Find {
    type Output = Found;

    const NAME: &'static str = "recovery.find";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Recovery, self.id)
    }
}

impl Read for Find {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Found, OpError> {
        let request = recovery_requests::find(snapshot, self.id)
            .await?
            .ok_or(OpError::NotFound)?;
        let user = users::find(snapshot, request.user)
            .await?
            .ok_or(OpError::NotFound)?;
        let now = services.now();
        let count = async |operations: &[&str], outcome, address: Option<&str>, span| {
            audit::count_about(snapshot, user.id.0, operations, outcome, address, now - span).await
        };
        let sign_ins = [ProveFactor::NAME, ConfirmSetUp::NAME, SkipSetUp::NAME];
        let mut enrolled: Vec<FactorKind> = portcullis_store::factors::list(snapshot, user.id)
            .await?
            .iter()
            .filter(|factor| factor.active)
            .map(|factor| factor.kind)
            .collect();
        enrolled.sort_unstable();
        enrolled.dedup();
        let facts = Facts {
            sign_ins_from_there: count(&sign_ins, Outcome::Succeed, Some(&request.address), 90 * DAY).await?,
            last_sign_in_at: user.last_sign_in_at,
            enrolled,
            blocked: of_person(services, snapshot, &user)
                .await?
                .blocked
                .map(crate::mfa_policy::Blocked::text),
            wrong_answers: count(&[ProveFactor::NAME], Outcome::Deny, None, DAY).await?,
            password_changed_at: users::password_changed_at(snapshot, user.id).await?,
            asked: count(&[Ask::NAME], Outcome::Succeed, None, DAY).await?,
        };
        Ok(Found {
            request: view(permit, services, snapshot, request).await?,
            facts,
            second_approver: site_policy(snapshot).await?.second_approver,
        })
    }
}
