use portcullis_model::{Scope, Subject, SubjectKind};
use portcullis_store::{Tx, logins, sessions};

use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Signs the caller out everywhere, unfinished sign-ins too.
pub struct EndAll {
    pub keep_current: bool,
}

impl Operation for EndAll {
    /// How many sessions ended.
    type Output = usize;

    const NAME: &'static str = "session.end_all";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Session)
    }
}

impl Write for EndAll {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<usize, OpError> {
        let user = permit.user()?;
        let keep = permit.caller().session.filter(|_| self.keep_current);
        logins::end_all(tx, user).await?;
        let ended = sessions::end_all(tx, user, keep).await?;
        permit.message(format!("{ended} sessions ended."));
        Ok(usize::try_from(ended).unwrap_or(usize::MAX))
    }
}
