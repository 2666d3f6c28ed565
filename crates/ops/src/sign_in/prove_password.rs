use std::time::Duration;

use portcullis_crypto::{draw_token, token_digest};
use portcullis_model::{
    FactorKind, Remember, Scope, Secret, SignInEvent, Subject, SubjectKind, Timestamp, UserState,
};
use portcullis_store::logins::{self, Login};
use portcullis_store::users::{self, User};
use portcullis_store::{Tx, browsers as rows};

use crate::browsers::{self, Remembered};
use crate::mfa_policy::{self, Blocked, Effective};
use crate::sign_in::budget::{Budget, Guesser};
use crate::sign_in::proof::{FirstProof, Opened, SecondProof, finish, open_session};
use crate::sign_in::{BLOCKED, FIRST_PASSED, NAMED, limits, login_of, pending_line};
use crate::{OpError, Operation, Permit, Remark, Remote, Right, Services};

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
        why: Blocked,
    },
    /// The password was right, and the browser is remembered: there is nothing left to prove.
    Remembered(Opened),
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
        let guesser = Guesser::of_login(tx, &login, now).await?;
        if let Budget::Wait(wait) = guesser.reserve(tx, PASSWORD, now).await? {
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
        let user = held(tx, &login.username, right)
            .await?
            .filter(|user| user.state == UserState::Active && user.password_hash == stored);
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
            return Ok(PasswordStep::Blocked {
                login_token: token,
                why: blocked,
            });
        }
        let method = first_choice(&effective).ok_or(OpError::Damaged)?;
        // In the order of `prepare`: guesses, then login. Two steps at once would wait for each other otherwise.
        Guesser::of_login(tx, &login, now)
            .await?
            .accept(tx, PASSWORD)
            .await?;
        FIRST_PASSED.clone_into(&mut login.state);
        login.revision += 1;
        login.user = Some(user.id);
        permit.about(about());
        if let Some(browser) = browser_of(tx, &login, &user, &effective, now).await? {
            return skip_factor(permit, services, tx, &login, &browser).await;
        }
        let token = draw_token(&*services.chance);
        login.method = Some(method);
        login.tries = 0;
        // The stricter of now and then counts: what is allowed later must have been allowed here too.
        login.allowed = effective.asked().to_vec();
        login.retries = effective.retries;
        login.passed_at = Some(now);
        login.step_ends_at = now + Duration::from_secs(effective.seconds_for(method).into());
        login.ends_at = login.step_ends_at.max(now + limits::LOGIN);
        if logins::advance(tx, &login, Some(&token_digest(token.expose()))).await? != 1 {
            return Err(OpError::Conflict("This sign-in went on in another window."));
        }
        permit.message(pending_line(method));
        Ok(PasswordStep::Passed { login_token: token })
    }
}

/// The person of a right password, held until the transaction ends.
async fn held(tx: &Tx, username: &str, right: bool) -> Result<Option<User>, OpError> {
    match users::find_by_username(tx, username).await? {
        Some(user) if right => {
            users::hold(tx, user.id).await?;
            Ok(users::find(tx, user.id).await?)
        }
        _ => Ok(None),
    }
}

/// The browser of a login, if it stands in for the second step of this person now. One that does no longer is forgotten.
async fn browser_of(
    tx: &Tx,
    login: &Login,
    user: &User,
    effective: &Effective,
    now: Timestamp,
) -> Result<Option<Remembered>, OpError> {
    let Some(known) = browsers::of_login(tx, login, user.id, now).await? else {
        return Ok(None);
    };
    let remembered = browsers::remembered(tx, &known, user, effective, now).await?;
    if remembered.is_none() && known.remembered.is_some() {
        rows::set_remembered(tx, known.id, None).await?;
    }
    Ok(remembered)
}

/// Opens the session without asking for the second step. It is as stale as can be: what matters asks for a fresh one.
async fn skip_factor<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    tx: &Tx,
    login: &Login,
    browser: &Remembered,
) -> Result<PasswordStep, OpError> {
    if logins::end(tx, login.id).await? != 1 {
        return Err(OpError::Conflict("This sign-in went on in another window."));
    }
    let text = format!(
        "Login verified by a browser remembered since {} UTC. MFA method then: {}",
        browser.since().to_text(),
        browser.kind().label()
    );
    permit.message(Remark::of_sign_in(SignInEvent::Verified, browser.kind(), text));
    let proven = finish(
        FirstProof::recall(login)?,
        SecondProof::remembered(login, browser),
    )?;
    let opened = open_session(permit, services, tx, proven, login, Remember::Off).await?;
    Ok(PasswordStep::Remembered(opened))
}

/// The strongest method; a temporary pass only if there is no method of the person's own.
pub(super) fn first_choice(effective: &Effective) -> Option<FactorKind> {
    let asked = effective.asked();
    let recovery = [FactorKind::TemporaryPass, FactorKind::BackupCode];
    let own = asked.iter().rev().find(|kind| !recovery.contains(kind));
    own.or_else(|| recovery.iter().find(|kind| asked.contains(kind)))
        .copied()
}
