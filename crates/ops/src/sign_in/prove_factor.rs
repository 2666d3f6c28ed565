use std::time::Duration;

use portcullis_crypto::{draw_token, token_digest};
use portcullis_model::{
    Answer, Challenge, FactorError, FactorKind, Scope, Secret, Subject, SubjectKind, UserState, Verdict,
};
use portcullis_store::factors::Factor;
use portcullis_store::logins::{self, Login};
use portcullis_store::{Tx, guesses, sessions, users};
use zeroize::Zeroizing;

use crate::factors::{Candidate, Judged, candidates, challenges, judge, settings_of, spend};
use crate::sign_in::limits::{Budget, reserve};
use crate::sign_in::proof::{FirstProof, SecondProof, finish, open_session, person_of};
use crate::sign_in::prove_password::PASSWORD;
use crate::sign_in::{
    FIRST_PASSED, INCORRECT, SECOND_PASSED, TIMED_OUT, TOO_MANY, error_line, limits, login_of, pending_line,
    unanswered, unanswered_line, verified_line,
};
use crate::{OpError, Operation, Permit, Remote, Right, Services};
use crate::{mfa_policy, notices};

/// The second proof: a code, or what a key signed.
pub struct ProveFactor {
    pub token: Secret,
    pub code: Secret,
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
        method: FactorKind,
        /// How many backup codes are left, if one was used.
        codes_left: Option<usize>,
    },
    TimedOut,
    TooManyFailures,
    /// The method could not be asked; the text is for the person.
    Unanswered {
        text: String,
        tries_left: u32,
    },
    Wrong {
        tries_left: u32,
    },
}

pub enum Plan {
    Ask {
        login: Box<Login>,
        method: FactorKind,
        candidates: Vec<Candidate>,
        challenge: Challenge,
        settings: Zeroizing<Vec<u8>>,
    },
    Locked(FactorKind, Duration),
    Over(FactorKind),
    TooMany(FactorKind),
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
            return Ok(Plan::Over(method));
        }
        if login.retries < login.tries {
            // Those that came before are still being looked at; one of them may be right.
            return Ok(Plan::TooMany(method));
        }
        let budget = reserve(tx, &login.username, method.word(), Some(limits::CEILING), now).await?;
        if let Budget::Wait(wait) = budget {
            return Ok(Plan::Locked(method, wait));
        }
        login.revision += 1;
        login.tries += 1;
        if logins::advance(tx, &login, None).await? != 1 {
            return Err(OpError::Conflict("This sign-in went on in another window."));
        }
        let user = person_of(tx, &login).await?;
        Ok(Plan::Ask {
            candidates: candidates(services, tx, &user, method).await?,
            challenge: challenges::kept(services, tx, login.id.0, method).await?,
            settings: settings_of(services, tx, method).await?,
            login: Box::new(login),
            method,
        })
    }

    async fn act(&self, services: &Services, plan: &Plan) -> Result<Self::Effect, OpError> {
        let Plan::Ask {
            login,
            method,
            candidates,
            challenge,
            settings,
        } = plan
        else {
            return Ok(Ok(None));
        };
        let answer = Answer {
            code: self.code.clone(),
            at: services.now(),
            address: login.address.clone(),
        };
        match judge(services, *method, settings, candidates, challenge, &answer).await {
            Err(FactorError::DamagedEnrolment) => Err(OpError::Damaged),
            judged => Ok(judged),
        }
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        plan: Plan,
        effect: Self::Effect,
        tx: &Tx,
    ) -> Result<FactorStep, OpError> {
        let refuse = |method, error: &str| {
            permit.refused();
            permit.message(error_line(method, error));
        };
        let (mut login, method, candidates) = match plan {
            Plan::Ask {
                login,
                method,
                candidates,
                ..
            } => (login, method, candidates),
            Plan::Locked(method, retry_after) => {
                refuse(method, "Not looked at: too many wrong codes came before.");
                return Ok(FactorStep::Locked { retry_after });
            }
            Plan::Over(method) => {
                refuse(method, TIMED_OUT);
                return Ok(FactorStep::TimedOut);
            }
            Plan::TooMany(method) => {
                refuse(method, TOO_MANY);
                return Ok(FactorStep::TooManyFailures);
            }
        };
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
            challenges::keep(services, tx, login.id.0, method, &question).await?;
            login.revision += 1;
            // It was no wrong answer.
            login.tries -= 1;
            login.prompt = question.public;
            if logins::advance(tx, &login, None).await? != 1 {
                return Err(OpError::Conflict("This sign-in went on in another window."));
            }
            permit.message(pending_line(method));
            return Ok(FactorStep::Asked);
        }
        let user = login.user.ok_or(OpError::Expired)?;
        users::hold(tx, user).await?;
        let accepted = match &judged {
            Some((index, verdict)) => accept(services, tx, &login, &candidates[*index].0, verdict).await?,
            None => None,
        };
        let Some(accepted) = accepted else {
            if login.retries < login.tries {
                logins::end(tx, login.id).await?;
                refuse(method, TOO_MANY);
                return Ok(FactorStep::TooManyFailures);
            }
            refuse(method, INCORRECT);
            return Ok(FactorStep::Wrong {
                tries_left: login.retries + 1 - login.tries,
            });
        };
        let changed = take_new_password(permit, services, tx, &login).await?;
        // In the order of `prepare`: guesses, then login. Two steps at once would wait for each other otherwise.
        guesses::clear(tx, &login.username, method.word()).await?;
        challenges::forget(tx, login.id.0).await?;
        services.vault.record_factors(permit, tx, user).await?;
        permit.message(if changed {
            verified_line(method).and("The password was changed.")
        } else {
            verified_line(method)
        });
        if accepted.must_set_up {
            let token = draw_token(&*services.chance);
            SECOND_PASSED.clone_into(&mut login.state);
            login.revision += 1;
            login.tries = 0;
            login.prompt = String::new();
            login.step_ends_at = services.now() + limits::ENROLMENT;
            login.ends_at = login.step_ends_at;
            if logins::advance(tx, &login, Some(&token_digest(token.expose()))).await? != 1 {
                return Err(OpError::Conflict("This sign-in went on in another window."));
            }
            return Ok(FactorStep::MustSetUp { login_token: token });
        }
        if logins::end(tx, login.id).await? != 1 {
            return Err(OpError::Conflict("This sign-in went on in another window."));
        }
        let proven = finish(FirstProof::recall(&login)?, accepted.proof)?;
        let session_token = open_session(permit, services, tx, proven, &login).await?;
        Ok(FactorStep::Passed {
            session_token,
            method,
            codes_left: accepted.left,
        })
    }
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
    guesses::clear(tx, &user.username, PASSWORD).await?;
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
}

/// Spends what was accepted. Nothing if another login spent it first, the person was locked meanwhile, or the policy
/// does not allow the method any more.
async fn accept(
    services: &Services,
    tx: &Tx,
    login: &Login,
    factor: &Factor,
    verdict: &Verdict,
) -> Result<Option<Accepted>, OpError> {
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
    if !spend(services, tx, factor, enrolment.as_deref()).await? {
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
    }))
}
