use std::time::Duration;

use portcullis_model::{
    Answer, Challenge, FactorKind, Scope, Secret, Subject, SubjectKind, UserState, Verdict,
};
use portcullis_store::factors::{self, Factor};
use portcullis_store::logins::{self, Login};
use portcullis_store::{Tx, guesses, users};

use crate::factors::{Candidate, Judged, judge};
use crate::sign_in::limits::{Budget, reserve};
use crate::sign_in::proof::{FirstProof, SecondProof, finish, open_session, person_of};
use crate::sign_in::{
    FIRST_PASSED, INCORRECT, TIMED_OUT, TOO_MANY, error_line, limits, login_of, verified_line,
};
use crate::{OpError, Operation, Permit, Remote, Right, Services};

/// The second proof: a code.
pub struct ProveFactor {
    pub token: Secret,
    pub code: Secret,
}

pub enum FactorStep {
    /// Not looked at: too many wrong ones came before.
    Locked {
        retry_after: Duration,
    },
    Passed {
        session_token: Secret,
        method: FactorKind,
        /// How many backup codes are left, if one was used.
        codes_left: Option<usize>,
    },
    TimedOut,
    TooManyFailures,
    Wrong {
        tries_left: u32,
    },
}

pub enum Plan {
    Ask {
        login: Box<Login>,
        method: FactorKind,
        candidates: Vec<Candidate>,
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
    type Effect = Judged;

    async fn prepare(
        &self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Plan, OpError> {
        let mut login = login_of(permit, tx, &self.token, FIRST_PASSED).await?;
        let (user, method) = (
            login.user.ok_or(OpError::Expired)?,
            login.method.ok_or(OpError::Expired)?,
        );
        let now = services.now();
        if login.step_ends_at <= now || login.ends_at <= now {
            logins::end(tx, login.id).await?;
            return Ok(Plan::Over(method));
        }
        if limits::RETRIES < login.tries {
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
        let mut candidates = Vec::new();
        for factor in services.vault.current_factors(tx, user).await? {
            if factor.active && factor.kind == method {
                let enrolment = services.vault.open_factor(tx, &factor).await?;
                candidates.push((factor, enrolment));
            }
        }
        Ok(Plan::Ask {
            login: Box::new(login),
            method,
            candidates,
        })
    }

    async fn act(&self, services: &Services, plan: &Plan) -> Result<Self::Effect, OpError> {
        let Plan::Ask {
            login,
            method,
            candidates,
        } = plan
        else {
            return Ok(None);
        };
        let answer = Answer {
            code: self.code.clone(),
            at: services.now(),
            address: login.address.clone(),
        };
        judge(services, *method, &[], candidates, &Challenge::default(), &answer).await
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
        let (login, method, candidates) = match plan {
            Plan::Ask {
                login,
                method,
                candidates,
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
        let user = login.user.ok_or(OpError::Expired)?;
        users::hold(tx, user).await?;
        let accepted = match &effect {
            Some((index, verdict)) => accept(services, tx, &login, &candidates[*index].0, verdict).await?,
            None => None,
        };
        let Some(accepted) = accepted else {
            if limits::RETRIES < login.tries {
                logins::end(tx, login.id).await?;
                refuse(method, TOO_MANY);
                return Ok(FactorStep::TooManyFailures);
            }
            refuse(method, INCORRECT);
            return Ok(FactorStep::Wrong {
                tries_left: limits::RETRIES + 1 - login.tries,
            });
        };
        // In the order of `prepare`: guesses, then login. Two steps at once would wait for each other otherwise.
        guesses::clear(tx, &login.username, method.word()).await?;
        if logins::end(tx, login.id).await? != 1 {
            return Err(OpError::Conflict("This sign-in went on in another window."));
        }
        let proven = finish(FirstProof::recall(&login)?, accepted.proof)?;
        let session_token = open_session(permit, services, tx, proven, &login).await?;
        services.vault.record_factors(permit, tx, user).await?;
        permit.message(verified_line(method));
        Ok(FactorStep::Passed {
            session_token,
            method,
            codes_left: accepted.left,
        })
    }
}

struct Accepted {
    proof: SecondProof,
    left: Option<usize>,
}

/// Spends what was accepted. Nothing if another login spent it first, or the person was locked meanwhile.
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
    if person_of(tx, login).await?.state != UserState::Active {
        return Ok(None);
    }
    let mut left = None;
    if let Some(enrolment) = enrolment {
        let sealed = services
            .vault
            .seal_factor(services, tx, factor.id, factor.user, enrolment)
            .await?;
        if factors::replace(tx, factor.id, factor.revision, &sealed, services.now()).await? != 1 {
            return Ok(None);
        }
        left = services.factor(factor.kind)?.summarize(enrolment)?.left;
    }
    Ok(Some(Accepted { proof, left }))
}
