use std::time::Duration;

use portcullis_model::{FactorKind, Scope, Secret, Subject, SubjectKind};
use portcullis_store::{Tx, logins};

use crate::calls;
use crate::mfa_policy;
use crate::sign_in::proof::person_of;
use crate::sign_in::{FIRST_PASSED, login_of};
use crate::{Audit, OpError, Operation, Permit, Right, Services, Write};

/// Asks for another of the person's factors. Time and tries go on as they were.
pub struct ChooseMethod {
    pub token: Secret,
    pub method: FactorKind,
}

impl Operation for ChooseMethod {
    type Output = ();

    const NAME: &'static str = "login.choose_method";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Write for ChooseMethod {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        let mut login = login_of(permit, tx, &self.token, FIRST_PASSED).await?;
        if login.step_ends_at <= services.now() {
            return Err(OpError::Expired);
        }
        let user = person_of(tx, &login).await?;
        let effective = mfa_policy::of_person(services, tx, &user).await?;
        if !login.allowed.contains(&self.method) || !effective.asked().contains(&self.method) {
            return Err(OpError::NotFound);
        }
        let passed_at = login.passed_at.ok_or(OpError::Expired)?;
        let seconds = effective.seconds_for(self.method).into();
        login.step_ends_at = login
            .step_ends_at
            .max(passed_at + Duration::from_secs(seconds))
            .min(login.ends_at);
        if self.method != FactorKind::Phone {
            calls::cancel(services, tx, login.id.0).await?;
        }
        login.prompt = String::new();
        login.revision += 1;
        login.method = Some(self.method);
        match logins::advance(tx, &login, None).await? {
            1 => Ok(()),
            _ => Err(OpError::Conflict("This sign-in went on in another window.")),
        }
    }
}
