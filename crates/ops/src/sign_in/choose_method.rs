use portcullis_model::{FactorKind, Scope, Secret, Subject, SubjectKind};
use portcullis_store::{Tx, factors, logins};

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
        let user = login.user.ok_or(OpError::Expired)?;
        let own = factors::list(tx, user).await?;
        if !own
            .iter()
            .any(|factor| factor.active && factor.kind == self.method)
        {
            return Err(OpError::NotFound);
        }
        login.revision += 1;
        login.method = Some(self.method);
        match logins::advance(tx, &login, None).await? {
            1 => Ok(()),
            _ => Err(OpError::Conflict("This sign-in went on in another window.")),
        }
    }
}
