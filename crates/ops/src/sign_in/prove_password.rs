use std::time::Duration;

use portcullis_crypto::{draw_token, token_digest};
use portcullis_model::{FactorKind, Scope, Secret, Subject, SubjectKind, UserState};
use portcullis_store::logins::{self, Login};
use portcullis_store::{Tx, guesses, users};

use crate::mfa_policy::{self, Effective};
use crate::sign_in::limits::{Budget, reserve};
use crate::sign_in::{BLOCKED, FIRST_PASSED, NAMED, limits, login_of, pending_line};
use crate::{OpError, Operation, Permit, Remote, Right, Services};

/// The first proof: the password.
pub struct ProvePassword {
    pub token: Secret,
    pub password: Secret,
}

pub enum PasswordStep {
    /// The password was right, and nothing is left that could be the second proof. Under the new token an
    /// administrator can be asked for help.
    Blocked {
        login_token: Secret,
    },
    /// Goes on under a new token; the old one is dead.
    Passed {
        login_token: Secret,
    },
    /// Not looked at: too many wrong ones came before.
    Locked {
        retry_after: Duration,
    },
    TimedOut,
    /// Wrong password, unknown person or locked person: nobody outside can tell which.
    Wrong,
}

pub enum Plan {
    Ask {
        login: Box<Login>,
        stored: Option<String>,
    },
    Locked(Duration),
    TimedOut,
}

/// The key of the password among a person's guesses.
pub(crate) const PASSWORD: &str = "password";

impl Operation for ProvePassword {
    type Output = PasswordStep;

    const NAME: &'static str = "login.prove_password";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Remote for ProvePassword {
    type Plan = Plan;
    type Effect = bool;

    async fn prepare(
        &self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Plan, OpError> {
        let mut login = login_of(permit, tx, &self.token, NAMED).await?;
        let now = services.now();
        if login.ends_at <= now {
            logins::end(tx, login.id).await?;
            return Ok(Plan::TimedOut);
        }
        if let Budget::Wait(wait) = reserve(tx, &login.username, PASSWORD, None, now).await? {
            return Ok(Plan::Locked(wait));
        }
        login.revision += 1;
        login.tries += 1;
        if logins::advance(tx, &login, None).await? != 1 {
            return Err(OpError::Conflict("This sign-in went on in another window."));
        }
        let user = users::find_by_username(tx, &login.username).await?;
        let stored = user
            .filter(|user| user.state == UserState::Active)
            .and_then(|user| user.password_hash);
        Ok(Plan::Ask {
            login: Box::new(login),
            stored,
        })
    }

    async fn act(&self, services: &Services, plan: &Plan) -> Result<bool, OpError> {
        let Plan::Ask { stored, .. } = plan else {
            return Ok(false);
        };
        let peppers = services.vault.peppers()?;
        services
            .hashing
            .verify(stored.clone(), peppers, self.password.clone())
            .await
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        plan: Plan,
        right: bool,
        tx: &Tx,
    ) -> Result<PasswordStep, OpError> {
        let (mut login, stored) = match plan {
            Plan::Ask { login, stored } => (login, stored),
            Plan::Locked(retry_after) => {
                permit.refused();
                permit.message("Not looked at: too many wrong passwords came before.");
                return Ok(PasswordStep::Locked { retry_after });
            }
            Plan::TimedOut => {
                permit.refused();
                permit.message("The time to sign in was over.");
                return Ok(PasswordStep::TimedOut);
            }
        };
        // The person may have been locked, or have a new password, since the attempt was reserved.
        let user = users::find_by_username(tx, &login.username)
            .await?
            .filter(|user| right && user.state == UserState::Active && user.password_hash == stored);
        let Some(user) = user else {
            permit.refused();
            permit.message("Username or password is incorrect.");
            return Ok(PasswordStep::Wrong);
        };
        let now = services.now();
        let effective = mfa_policy::of_person(services, tx, &user).await?;
        let about = || Subject {
            kind: SubjectKind::User,
            id: Some(user.id.0),
            name: Some(user.username.clone()),
        };
        if let Some(blocked) = effective.blocked {
            let token = draw_token(&*services.chance);
            BLOCKED.clone_into(&mut login.state);
            login.revision += 1;
            login.user = Some(user.id);
            login.tries = 0;
            login.passed_at = Some(now);
            login.step_ends_at = now + limits::LOGIN;
            login.ends_at = login.step_ends_at;
            if logins::advance(tx, &login, Some(&token_digest(token.expose()))).await? != 1 {
                return Err(OpError::Conflict("This sign-in went on in another window."));
            }
            permit.about(about());
            mfa_policy::report(permit, services, tx, &user, login.id, None).await?;
            permit.refused();
            permit.message(format!("The password was right. {}.", blocked.text()));
            return Ok(PasswordStep::Blocked { login_token: token });
        }
        let method = first_choice(&effective).ok_or(OpError::Damaged)?;
        let token = draw_token(&*services.chance);
        FIRST_PASSED.clone_into(&mut login.state);
        login.revision += 1;
        login.user = Some(user.id);
        login.method = Some(method);
        login.tries = 0;
        // The stricter of now and then counts: what is allowed later must have been allowed here too.
        login.allowed = effective.asked().to_vec();
        login.retries = effective.retries;
        login.passed_at = Some(now);
        login.step_ends_at = now + Duration::from_secs(effective.seconds_for(method).into());
        login.ends_at = login.step_ends_at.max(now + limits::LOGIN);
        // In the order of `prepare`: guesses, then login. Two steps at once would wait for each other otherwise.
        guesses::clear(tx, &login.username, PASSWORD).await?;
        if logins::advance(tx, &login, Some(&token_digest(token.expose()))).await? != 1 {
            return Err(OpError::Conflict("This sign-in went on in another window."));
        }
        permit.about(about());
        permit.message(pending_line(method));
        Ok(PasswordStep::Passed { login_token: token })
    }
}

/// The strongest method; a temporary pass only if there is no method of the person's own.
pub(super) fn first_choice(effective: &Effective) -> Option<FactorKind> {
    let asked = effective.asked();
    let recovery = [FactorKind::TemporaryPass, FactorKind::BackupCode];
    let own = asked.iter().rev().find(|kind| !recovery.contains(kind));
    own.or_else(|| recovery.iter().find(|kind| asked.contains(kind)))
        .copied()
}
