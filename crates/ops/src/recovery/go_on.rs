use std::time::Duration;

use portcullis_crypto::{draw_token, token_digest};
use portcullis_model::{FactorKind, Scope, Secret, Subject, SubjectKind, UserState};
use portcullis_store::{Tx, logins, recovery_requests};

use crate::recovery::{GRANTED, login_in};
use crate::sign_in::proof::person_of;
use crate::sign_in::{FIRST_PASSED, RECOVERING, limits, pending_line};
use crate::{OpError, Operation, Permit, Right, Services, Write, mfa_policy};

/// Goes on with the sign-in that help was asked for: the pass is asked for now, and nothing else.
pub struct GoOn {
    pub token: Secret,
}

impl Operation for GoOn {
    /// The token under which it goes on; the old one is dead.
    type Output = Secret;

    const NAME: &'static str = "recovery.go_on";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Write for GoOn {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<Secret, OpError> {
        let mut login = login_in(permit, services, tx, &self.token, &[RECOVERING]).await?;
        let request = recovery_requests::of_login(tx, login.id)
            .await?
            .ok_or(OpError::Expired)?;
        if request.state != GRANTED {
            return Err(OpError::Conflict("No administrator has approved this yet."));
        }
        let user = person_of(tx, &login).await?;
        if user.state != UserState::Active {
            return Err(OpError::Expired);
        }
        let effective = mfa_policy::of_person(services, tx, &user).await?;
        if !effective.usable.contains(&FactorKind::TemporaryPass) {
            return Err(OpError::Conflict(
                "The pass was used, or its time is over. Sign in again.",
            ));
        }
        if effective.blocked.is_some() {
            return Err(OpError::Conflict(
                "The policy leaves you no method to set up, so the pass does not help. Tell the administrator.",
            ));
        }
        let now = services.now();
        let method = FactorKind::TemporaryPass;
        let token = draw_token(&*services.chance);
        FIRST_PASSED.clone_into(&mut login.state);
        login.revision += 1;
        login.method = Some(method);
        login.allowed = vec![method];
        login.retries = effective.retries;
        login.tries = 0;
        login.passed_at = Some(now);
        login.step_ends_at = now + Duration::from_secs(effective.seconds_for(method).into());
        login.ends_at = login.step_ends_at.max(now + limits::LOGIN);
        if logins::advance(tx, &login, Some(&token_digest(token.expose()))).await? != 1 {
            return Err(OpError::Conflict("This sign-in went on in another window."));
        }
        permit.message(pending_line(method));
        Ok(token)
    }
}
