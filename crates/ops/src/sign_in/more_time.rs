use std::time::Duration;

use portcullis_model::{FactorKind, Scope, Secret, Subject, SubjectKind, Timestamp};
use portcullis_store::logins::Login;
use portcullis_store::{Tx, logins};

use crate::mfa_policy::{self, site_policy};
use crate::sign_in::proof::person_of;
use crate::sign_in::{FIRST_PASSED, login_of};
use crate::{Audit, OpError, Operation, Permit, Right, Services, Write};

/// Gives whoever is slow with their code the whole time once more, ten times at most (WCAG 2.2.1). Tries go on as they
/// were.
pub struct MoreTime {
    pub token: Secret,
}

/// How often the time may begin anew.
const MOST: u32 = 10;

/// How old a code may get that was sent out (NIST SP 800-63B-4 §3.1.3.3).
const OLDEST_CODE: Duration = Duration::from_mins(10);

impl Operation for MoreTime {
    type Output = ();

    const NAME: &'static str = "login.more_time";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Write for MoreTime {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        let mut login = login_of(permit, tx, &self.token, FIRST_PASSED).await?;
        let (now, method) = (services.now(), login.method.ok_or(OpError::Expired)?);
        if login.step_ends_at <= now || login.ends_at <= now {
            return Err(OpError::Expired);
        }
        if site_policy(tx).await?.strict_time {
            return Err(OpError::Conflict("The policy gives no more time for a code."));
        }
        let user = person_of(tx, &login).await?;
        let effective = mfa_policy::of_person(services, tx, &user).await?;
        let period = Duration::from_secs(effective.seconds_for(method).into());
        let ends_at = (now + period).min(latest(&login, method, period)?);
        if ends_at <= login.step_ends_at {
            return Err(OpError::Conflict("There is no more time for this code."));
        }
        login.step_ends_at = ends_at;
        login.ends_at = login.ends_at.max(ends_at);
        login.revision += 1;
        match logins::advance(tx, &login, None).await? {
            1 => Ok(()),
            _ => Err(OpError::Conflict("This sign-in went on in another window.")),
        }
    }
}

/// When a sign-in is over, however much time is asked for.
fn latest(login: &Login, method: FactorKind, period: Duration) -> Result<Timestamp, OpError> {
    let passed_at = login.passed_at.ok_or(OpError::Expired)?;
    let latest = passed_at + period * (1 + MOST);
    Ok(match (method, login.challenged_at) {
        (FactorKind::Email, Some(sent_at)) => latest.min(sent_at + OLDEST_CODE),
        _ => latest,
    })
}
