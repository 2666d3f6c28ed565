use portcullis_model::{Scope, Secret, Subject, SubjectKind};
use portcullis_store::{Tx, logins};

use crate::calls;
use crate::sign_in::{FIRST_PASSED, TIMED_OUT, denied, error_line, login_of};
use crate::{Audit, OpError, Operation, Permit, Right, Services, Write};

/// Ends a sign-in whose time for the code is over; tells whether it was.
pub struct TimeOut {
    pub token: Secret,
}

impl Operation for TimeOut {
    type Output = bool;

    const NAME: &'static str = "login.time_out";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Remarks;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Write for TimeOut {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<bool, OpError> {
        let login = login_of(permit, tx, &self.token, FIRST_PASSED).await?;
        let method = login.method.ok_or(OpError::Expired)?;
        if services.now() < login.step_ends_at {
            return Ok(false);
        }
        denied::tell(services, tx, &login).await?;
        calls::cancel(services, tx, login.id.0).await?;
        logins::end(tx, login.id).await?;
        permit.refused();
        permit.message(error_line(method, TIMED_OUT));
        Ok(true)
    }
}
