use std::time::Duration;

use portcullis_crypto::{draw_token, token_digest};
use portcullis_model::{
    Answer, Challenge, FactorError, FactorKind, Remember, Scope, Secret, Subject, SubjectKind, UserState,
    Verdict,
};
use portcullis_store::logins::{self, Login};
use portcullis_store::{Tx, guesses, sessions, users};

use crate::browsers;
use crate::calls::Purpose;
use crate::factors::{Inquiry, Judged, Proves, SWITCHED_OFF, backup_codes, challenges, switch_off};
use crate::sign_in::budget::{FactorBudget, Guesser};
use crate::sign_in::denied;
use crate::sign_in::proof::{FirstProof, SecondProof, finish, open_session, person_of};
use crate::sign_in::prove_password::PASSWORD;
use crate::sign_in::{
    FIRST_PASSED, INCORRECT, SECOND_PASSED, TIMED_OUT, TOO_MANY, UNHEARD, error_line, limits, login_of,
    pending_line, unanswered, unanswered_line, verified_line,
};
use crate::{OpError, Operation, Permit, Remark, Remote, Right, Services};
use crate::{mfa_policy, notices};

/// The second proof: a code, or what a key signed.
pub struct ProveFactor {
    pub token: Secret,
    pub code: Secret,
    /// Whether this browser is to be remembered, as long as the policy lets it.
    pub remember: bool,
}

pub enum FactorStep {
    /// So far right: there is one more question, in the login's prompt.
    Asked,
    /// Not looked at: too many wrong ones came before.
    Locked {
        retry_after: Duration,
    },
    /// Right, and something must be set up before there is a session. Goes on under a new token.
    MustSetUp {
        login_token: Secret,
    },
    Passed {
        session_token: Secret,
        /// What the browser is known by from now on.
        browser_token: Secret,
        method: FactorKind,
        /// How many backup codes are left, if one was used.
        codes_left: Option<usize>,
    },
    /// The method takes no answer any more: too many wrong ones came.
    SwitchedOff,
    TimedOut,
    TooManyFailures,
    /// The method could not be asked; the text is for the person.
    Unanswered {
        text: String,
        tries_left: u32,
    },
    /// The phone call has not said yes; nothing was counted.
    Unheard,
    Wrong {
        tries_left: u32,
    },
}

pub enum Plan {
    Ask {
        login: Box<Login>,
        /// Whether no other answer is looked at before a right one.
        last: bool,
        inquiry: Box<Inquiry>,
    },
    Locked(FactorKind, Duration),
    Over(Box<Login>, FactorKind),
    Spent(Box<Login>, FactorKind),
    TooMany(FactorKind),
    /// The phone call has not said yes.
    Unheard(FactorKind),
}

impl Operation for ProveFactor {
    type Output = FactorStep;

    const NAME: &'static str = "login.prove_factor";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Remote for ProveFactor {
    type Plan = Plan;
    type Effect = Result<Judged, FactorError>;

    async fn prepare(
        &self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Plan, OpError> {
        let mut login = login_of(permit, tx, &self.token, FIRST_PASSED).await?;
        let method = login.method.ok_or(OpError::Expired)?;
        let now = services.now();
        if login.step_ends_at <= now || login.ends_at <= now {
            logins::end(tx, login.id).await?;
            return Ok(Plan::Over(Box::new(login), method));
        }
        if login.retries < login.tries {
            // Those that came before are still being looked at; one of them may be right.
            return Ok(Plan::TooMany(method));
        }
        let user = person_of(tx, &login).await?;
        let inquiry = Inquiry::kept(services, tx, &user, method, login.id.0, Purpose::SignIn).await?;
        if inquiry.is_unheard(services) {
            return Ok(Plan::Unheard(method));
        }
        let guesser = Guesser::of_login(tx, &login, now).await?;
        let last = match guesser.reserve_factor(tx, method, now).await? {
            FactorBudget::Reserved { last } => last,
            FactorBudget::Wait(wait) => return Ok(Plan::Locked(method, wait)),
            FactorBudget::Spent => return Ok(Plan::Spent(Box::new(login), method)),
        };
        login.revision += 1;
        login.tries += 1;
        if logins::advance(tx, &login, None).await? != 1 {
            return Err(OpError::Conflict("This sign-in went on in another window."));
        }
        Ok(Plan::Ask {
            inquiry: Box::new(inquiry),
            login: Box::new(login),
            last,
        })
    }

    async fn act(&self, services: &Services, plan: &Plan) -> Result<Self::Effect, OpError> {
        let Plan::Ask { login, inquiry, .. } = plan else {
            return Ok(Ok(None));
        };
        let answer = Answer {
            code: self.code.clone(),
            at: services.now(),
            address: login.address.clone(),
        };
        inquiry.judge(services, &answer, Proves::One).await
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        plan: Plan,
        effect: Self::Effect,
        tx: &Tx,
    ) -> Result<FactorStep, OpError> {
        let (mut login, last, inquiry) = match plan {
            Plan::Ask { login, last, inquiry } => (login, last, inquiry),
            Plan::Locked(method, retry_after) => {
                refuse(permit, method, "Not looked at: too many wrong codes came before.");
                return Ok(FactorStep::Locked { retry_after });
            }
            Plan::Over(login, method) => {
                denied::tell(services, tx, &login).await?;
                refuse(permit, method, TIMED_OUT);
                return Ok(FactorStep::TimedOut);
            }
            Plan::Spent(login, method) => {
                return switch_off_for(permit, services, tx, &login, method).await;
            }
            Plan::TooMany(method) => {
                refuse(permit, method, TOO_MANY);
                return Ok(FactorStep::TooManyFailures);
            }
            Plan::Unheard(method) => {
                refuse(permit, method, UNHEARD);
                return Ok(FactorStep::Unheard);
            }
        };
        let method = inquiry.kind;
        let judged = match effect {
            Ok(judged) => judged,
            Err(error) => {
                let text = unanswered(&error);
                permit.refused();
                permit.message(unanswered_line(method, &error));
                let tries_left = (login.retries + 1).saturating_sub(login.tries);
                return Ok(FactorStep::Unanswered { text, tries_left });
            }
        };
        if let Some((_, Verdict::Ask(question))) = judged {
            ask(services, tx, &mut login, method, question).await?;
            permit.message(pending_line(method));
            return Ok(FactorStep::Asked);
        }
        let user = login.user.ok_or(OpError::Expired)?;
        users::hold(tx, user).await?;
        let accepted = match &judged {
            Some((index, verdict)) => accept(services, tx, &login, &inquiry, *index, verdict).await?,
            None => None,
        };
        let Some(accepted) = accepted else {
            if last {
                return switch_off_for(permit, services, tx, &login, method).await;
            }
            return wrong(permit, services, tx, &login, method).await;
        };
        let person = person_of(tx, &login).await?;
        mfa_policy::report(permit, services, tx, &person, login.id, Some(method)).await?;
        let changed = take_new_password(permit, services, tx, &login).await?;
        // In the order of `prepare`: guesses, then login. Two steps at once would wait for each other otherwise.
        Guesser::of_login(tx, &login, services.now())
            .await?
            .accept_factor(tx, method)
            .await?;
        challenges::forget(tx, login.id.0).await?;
        services.vault.record_factors(permit, tx, user).await?;
        let period = if self.remember {
            accepted.period
        } else {
            Remember::Off
        };
        permit.message(said(method, changed, period));
        if let (FactorKind::BackupCode, Some(left)) = (method, accepted.left) {
            let person = person_of(tx, &login).await?;
            backup_codes::tell_used(permit, services, tx, &person, left).await?;
        }
        if accepted.must_set_up {
            let login_token = go_on_to_set_up(services, tx, &mut login).await?;
            return Ok(FactorStep::MustSetUp { login_token });
        }
        if logins::end(tx, login.id).await? != 1 {
            return Err(OpError::Conflict("This sign-in went on in another window."));
        }
        let proven = finish(FirstProof::recall(&login)?, accepted.proof)?;
        let opened = open_session(permit, services, tx, proven, &login, period).await?;
        Ok(FactorStep::Passed {
            session_token: opened.session_token,
            browser_token: opened.browser_token,
            method,
            codes_left: accepted.left,
        })
    }
}

fn refuse(permit: &Permit<'_, ProveFactor>, method: FactorKind, error: &str) {
    permit.refused();
    permit.message(error_line(method, error));
}

/// Refuses an answer, and ends the login if it was the last one it takes.
async fn wrong(
    permit: &Permit<'_, ProveFactor>,
    services: &Services,
    tx: &Tx,
    login: &Login,
    method: FactorKind,
) -> Result<FactorStep, OpError> {
    if login.retries < login.tries {
        denied::tell(services, tx, login).await?;
        logins::end(tx, login.id).await?;
        refuse(permit, method, TOO_MANY);
        return Ok(FactorStep::TooManyFailures);
    }
    refuse(permit, method, INCORRECT);
    Ok(FactorStep::Wrong {
        tries_left: login.retries + 1 - login.tries,
    })
}

/// Asks one more question in the same login; what led to it was no wrong answer.
async fn ask(
    services: &Services,
    tx: &Tx,
    login: &mut Login,
    method: FactorKind,
    question: Challenge,
) -> Result<(), OpError> {
    challenges::keep(services, tx, login.id.0, method, &question).await?;
    login.revision += 1;
    login.tries -= 1;
    login.prompt = question.public;
    if logins::advance(tx, login, None).await? != 1 {
        return Err(OpError::Conflict("This sign-in went on in another window."));
    }
    Ok(())
}

/// Lets the login go on, under a new token, to where something must be set up.
async fn go_on_to_set_up(services: &Services, tx: &Tx, login: &mut Login) -> Result<Secret, OpError> {
    let token = draw_token(&*services.chance);
    SECOND_PASSED.clone_into(&mut login.state);
    login.revision += 1;
    login.tries = 0;
    login.prompt = String::new();
    login.step_ends_at = services.now() + limits::ENROLMENT;
    login.ends_at = login.step_ends_at;
    if logins::advance(tx, login, Some(&token_digest(token.expose()))).await? != 1 {
        return Err(OpError::Conflict("This sign-in went on in another window."));
    }
    Ok(token)
}

/// The line for the trail. The first sentence is the one of the source.
fn said(method: FactorKind, changed: bool, period: Remember) -> Remark {
    let mut line = verified_line(method);
    if changed {
        line = line.and("The password was changed.");
    }
    if period != Remember::Off {
        line = line.and(&format!("This browser is remembered for {}.", period.text()));
    }
    line
}

/// Ends a login whose method takes no answer any more.
async fn switch_off_for<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    tx: &Tx,
    login: &Login,
    method: FactorKind,
) -> Result<FactorStep, OpError> {
    let user = login.user.ok_or(OpError::Expired)?;
    users::hold(tx, user).await?;
    let user = person_of(tx, login).await?;
    switch_off(permit, services, tx, &user, method).await?;
    logins::end(tx, login.id).await?;
    permit.refused();
    permit.message(error_line(method, &format!("{SWITCHED_OFF}.")));
    Ok(FactorStep::SwitchedOff)
}

/// Lets the password count that was chosen with a link from a letter, now that both proofs are there.
async fn take_new_password<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    tx: &Tx,
    login: &Login,
) -> Result<bool, OpError> {
    let Some(hash) = login.password_hash.as_deref() else {
        return Ok(false);
    };
    let user = person_of(tx, login).await?;
    users::set_password(tx, user.id, hash, services.now()).await?;
    sessions::end_all(tx, user.id, None).await?;
    logins::end_others(tx, user.id, login.id).await?;
    guesses::forget_factor(tx, &user.username, PASSWORD).await?;
    let what = format!(
        "The password of your account {} was changed with a link from a letter.",
        user.username
    );
    notices::tell(
        services,
        tx,
        permit.caller(),
        &user,
        "Your password was changed",
        &what,
    )
    .await?;
    Ok(true)
}

struct Accepted {
    proof: SecondProof,
    left: Option<usize>,
    must_set_up: bool,
    /// For how long the browser may be remembered.
    period: Remember,
}

/// Spends what was accepted. Nothing if another login spent it first, the person was locked meanwhile, or the policy
/// does not allow the method any more.
async fn accept(
    services: &Services,
    tx: &Tx,
    login: &Login,
    inquiry: &Inquiry,
    index: usize,
    verdict: &Verdict,
) -> Result<Option<Accepted>, OpError> {
    let factor = &inquiry.candidates[index].0;
    let (Some(proof), Verdict::Accept { enrolment }) = (SecondProof::judge(login, factor, verdict), verdict)
    else {
        return Ok(None);
    };
    let user = person_of(tx, login).await?;
    let effective = mfa_policy::of_person(services, tx, &user).await?;
    if user.state != UserState::Active
        || effective.blocked.is_some()
        || !login.allowed.contains(&factor.kind)
        || !effective.asked().contains(&factor.kind)
    {
        return Ok(None);
    }
    if !inquiry.spend(services, tx, index, enrolment.as_deref()).await? {
        return Ok(None);
    }
    let left = match enrolment {
        Some(enrolment) => services.factor(factor.kind)?.summarize(enrolment)?.left,
        None => None,
    };
    Ok(Some(Accepted {
        proof,
        left,
        must_set_up: effective.must_set_up,
        period: if browsers::may_be_remembered(&effective, factor.kind) {
            effective.remember
        } else {
            Remember::Off
        },
    }))
}
