use std::time::Duration;

use portcullis_model::{Scope, Subject, SubjectKind};
use portcullis_store::{
    Tx, browsers, calls, guesses, logins, logos, outbox, password_resets, recovery_requests, sealed,
    sessions, tokens, trash,
};

use crate::sign_in::{FIRST_PASSED, denied};
use crate::{Audit, OpError, Operation, Permit, Right, Services, Write};

/// Deletes what is over: unfinished logins, ended sessions, expired tokens, and the trash after 30 days.
pub struct Sweep;

/// How many of each were deleted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Swept {
    pub logins: u64,
    pub sessions: u64,
    pub tokens: u64,
    pub trash: u64,
}

/// How many ends of sign-ins are looked at in one go.
const LETTERS: u16 = 500;

const DAY: Duration = Duration::from_hours(24);

impl Operation for Sweep {
    type Output = Swept;

    const NAME: &'static str = "job.sweep";
    const RIGHT: Right = Right::Operator;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Remarks;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Write for Sweep {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<Swept, OpError> {
        let now = services.now();
        for login in logins::over(tx, FIRST_PASSED, now, LETTERS).await? {
            denied::tell(services, tx, &login).await?;
        }
        browsers::sweep(tx, now).await?;
        guesses::sweep(tx, now - DAY).await?;
        let swept = Swept {
            logins: logins::sweep(tx, now).await?,
            sessions: sessions::sweep(tx, now).await?,
            tokens: tokens::sweep(tx, now - 30 * DAY).await?,
            trash: trash::purge(tx, now - trash::KEPT).await?,
        };
        outbox::sweep(tx, now - 30 * DAY).await?;
        password_resets::sweep(tx, now - DAY).await?;
        recovery_requests::expire(tx, now).await?;
        recovery_requests::sweep(tx, now - 30 * DAY).await?;
        calls::sweep(tx, now - 90 * DAY).await?;
        sealed::sweep(tx).await?;
        logos::sweep(tx, now - DAY).await?;
        // Passwords that cannot come back are worth a line; the end of a session had its own.
        if 0 < swept.trash {
            permit.message(format!(
                "{} accounts and resources left the trash for good.",
                swept.trash
            ));
        }
        Ok(swept)
    }
}
