use std::time::Duration;

use portcullis_model::{
    Answer, Challenge, FactorError, FactorKind, LoginId, Scope, Secret, SessionId, SignInEvent, Subject,
    SubjectKind, Verdict,
};
use portcullis_store::users::User;
use portcullis_store::{Snapshot, Tx, sessions, users};

use crate::calls::{self, CallView, Purpose};
use crate::factors::{
    Inquiry, Judged, Proves, SWITCHED_OFF, TAKES_NO_MORE, backup_codes, challenges, code_lengths, switch_off,
};
use crate::letters::Circumstances;
use crate::sign_in::budget::{FactorBudget, Guesser};
use crate::sign_in::{INCORRECT, UNHEARD, error_line, unanswered, unanswered_line};
use crate::{Audit, OpError, Operation, Permit, Read, Remark, Remote, Right, Services, mfa_policy};

/// Lists the methods with which the caller can confirm that it is them, the strongest last.
pub struct Methods;

#[derive(Clone, Debug)]
pub struct OwnMethods {
    pub kinds: Vec<FactorKind>,
    /// How many digits the codes of the person's apps have, each length once.
    pub code_lengths: Vec<u8>,
}

impl Operation for Methods {
    type Output = OwnMethods;

    const NAME: &'static str = "session.methods";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Session)
    }
}

impl Read for Methods {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<OwnMethods, OpError> {
        let user = users::find(snapshot, permit.user()?)
            .await?
            .ok_or(OpError::NotFound)?;
        Ok(OwnMethods {
            kinds: methods(services, snapshot, &user).await?,
            code_lengths: code_lengths(services, snapshot, user.id).await?,
        })
    }
}

/// What a person may confirm with: what the policy allows. Nobody is kept out who has only what it no longer does.
async fn methods(services: &Services, snapshot: &Snapshot, user: &User) -> Result<Vec<FactorKind>, OpError> {
    let effective = mfa_policy::of_person(services, snapshot, user).await?;
    Ok(effective.asked().to_vec())
}

/// Starts to confirm: sends the code, draws the challenge.
pub struct Ask {
    pub method: FactorKind,
}

pub enum Asked {
    /// A phone call is placed; what comes of it is the answer.
    Calling,
    /// What the method shows, if it shows something.
    Ready {
        prompt: String,
    },
    TooMany {
        retry_after: Duration,
    },
    Unanswered {
        text: String,
    },
}

pub struct Asking {
    user: Box<User>,
    session: SessionId,
    inquiry: Inquiry,
    pause: Option<Duration>,
}

const CODE: Duration = Duration::from_mins(10);

impl Operation for Ask {
    type Output = Asked;

    const NAME: &'static str = "session.ask";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Remarks;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Session)
    }
}

impl Remote for Ask {
    type Plan = Asking;
    type Effect = Option<Result<Challenge, FactorError>>;

    async fn prepare(
        &self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Asking, OpError> {
        let session = permit.caller().session.ok_or(OpError::Denied)?;
        let user = users::find(tx, permit.user()?).await?.ok_or(OpError::NotFound)?;
        if !methods(services, tx, &user).await?.contains(&self.method) {
            return Err(OpError::NotFound);
        }
        users::hold(tx, user.id).await?;
        let pause = match self.method {
            FactorKind::Email => challenges::pause(services, tx, &user).await?,
            _ => None,
        };
        Ok(Asking {
            inquiry: Inquiry::of(services, tx, &user, self.method).await?,
            user: Box::new(user),
            session,
            pause,
        })
    }

    async fn act(&self, services: &Services, plan: &Asking) -> Result<Self::Effect, OpError> {
        if plan.pause.is_some() || !services.factor(self.method)?.challenges() {
            return Ok(None);
        }
        Ok(Some(plan.inquiry.ask(services).await))
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        plan: Asking,
        effect: Self::Effect,
        tx: &Tx,
    ) -> Result<Asked, OpError> {
        if let Some(retry_after) = plan.pause {
            permit.refused();
            permit.message("No more codes are sent for a while.");
            return Ok(Asked::TooMany { retry_after });
        }
        let question = match effect {
            None => Challenge::default(),
            Some(Ok(question)) => question,
            Some(Err(error)) => {
                let text = unanswered(&error);
                permit.failed();
                permit.message(unanswered_line(self.method, &error));
                return Ok(Asked::Unanswered { text });
            }
        };
        if let Some(request) = &question.call {
            let wanted = plan.inquiry.wanted(
                Purpose::Session,
                plan.session.0,
                &plan.user,
                &permit.caller().address,
            )?;
            calls::begin(permit, services, tx, &wanted, request).await?;
            return Ok(Asked::Calling);
        }
        challenges::keep(services, tx, plan.session.0, self.method, &question).await?;
        let circumstances = Circumstances {
            site: &services.site,
            at: services.now(),
            address: &permit.caller().address,
        };
        // The letter belongs to the session as others belong to a login.
        let owner = LoginId(plan.session.0);
        challenges::send_code(services, tx, &plan.user, owner, &circumstances, &question, CODE).await?;
        Ok(Asked::Ready {
            prompt: question.public,
        })
    }
}

/// Shows the phone call that the caller confirms with.
pub struct FindCall;

impl Operation for FindCall {
    type Output = Option<CallView>;

    const NAME: &'static str = "session.find_call";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Session)
    }
}

impl Read for FindCall {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Self::Output, OpError> {
        let session = permit.caller().session.ok_or(OpError::Denied)?;
        calls::view(services, snapshot, session.0, Purpose::Session).await
    }
}

/// Confirms with a fresh second proof that it is still the person who signed in.
pub struct Confirm {
    pub method: FactorKind,
    pub code: Secret,
}

pub enum Confirmed {
    /// So far right; there is one more question.
    Asked {
        prompt: String,
    },
    /// The method takes no answer any more: too many wrong ones came.
    SwitchedOff,
    Unanswered {
        text: String,
    },
    Wrong,
    Yes,
}

pub struct Plan {
    user: Box<User>,
    session: SessionId,
    /// Whether no other answer is looked at before a right one.
    last: bool,
    inquiry: Inquiry,
}

impl Operation for Confirm {
    type Output = Confirmed;

    const NAME: &'static str = "session.confirm";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Session)
    }
}

impl Remote for Confirm {
    type Plan = Plan;
    type Effect = Result<Judged, FactorError>;

    async fn prepare(
        &self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Plan, OpError> {
        let session = permit.caller().session.ok_or(OpError::Denied)?;
        let user = users::find(tx, permit.user()?).await?.ok_or(OpError::NotFound)?;
        if !methods(services, tx, &user).await?.contains(&self.method) {
            return Err(OpError::NotFound);
        }
        let inquiry = Inquiry::kept(services, tx, &user, self.method, session.0, Purpose::Session).await?;
        if inquiry.is_unheard(services) {
            return Err(OpError::Conflict(UNHEARD));
        }
        // The same budget as at sign-in: this page is no second place to guess.
        let guesser = Guesser::of_session(tx, &user.username, Some(session)).await?;
        let last = match guesser.reserve_factor(tx, self.method, services.now()).await? {
            FactorBudget::Reserved { last } => last,
            FactorBudget::Wait(retry_after) => return Err(OpError::TooMany { retry_after }),
            FactorBudget::Spent => return Err(OpError::Conflict(TAKES_NO_MORE)),
        };
        Ok(Plan {
            inquiry,
            user: Box::new(user),
            session,
            last,
        })
    }

    async fn act(&self, services: &Services, plan: &Plan) -> Result<Self::Effect, OpError> {
        let answer = Answer {
            code: self.code.clone(),
            at: services.now(),
            address: String::new(),
        };
        plan.inquiry.judge(services, &answer, Proves::One).await
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        plan: Plan,
        effect: Self::Effect,
        tx: &Tx,
    ) -> Result<Confirmed, OpError> {
        let judged = match effect {
            Ok(judged) => judged,
            Err(error) => {
                let text = unanswered(&error);
                permit.refused();
                permit.message(unanswered_line(self.method, &error));
                return Ok(Confirmed::Unanswered { text });
            }
        };
        let (index, verdict) = match judged {
            Some((_, Verdict::Ask(question))) => {
                challenges::keep(services, tx, plan.session.0, self.method, &question).await?;
                return Ok(Confirmed::Asked {
                    prompt: question.public,
                });
            }
            Some(yes) => yes,
            None => return wrong(permit, services, tx, &plan, self.method).await,
        };
        let Verdict::Accept { enrolment } = verdict else {
            return wrong(permit, services, tx, &plan, self.method).await;
        };
        let user = &plan.user;
        users::hold(tx, user.id).await?;
        if !plan
            .inquiry
            .spend(services, tx, index, enrolment.as_deref())
            .await?
        {
            return wrong(permit, services, tx, &plan, self.method).await;
        }
        Guesser::of_session(tx, &user.username, Some(plan.session))
            .await?
            .accept_factor(tx, self.method)
            .await?;
        challenges::forget(tx, plan.session.0).await?;
        sessions::set_proven(tx, plan.session, services.now()).await?;
        permit.about(Subject {
            kind: SubjectKind::User,
            id: Some(user.id.0),
            name: Some(user.username.clone()),
        });
        services.vault.record_factors(permit, tx, user.id).await?;
        let text = format!("Confirmed. MFA method: {}", self.method.label());
        permit.message(Remark::of_sign_in(SignInEvent::Confirmed, self.method, text));
        if let (FactorKind::BackupCode, Some(enrolment)) = (self.method, &enrolment) {
            let left = services.factor(self.method)?.summarize(enrolment)?.left;
            backup_codes::tell_used(permit, services, tx, user, left.unwrap_or_default()).await?;
        }
        Ok(Confirmed::Yes)
    }
}

/// Refuses an answer; the last one that is looked at switches the method off.
async fn wrong(
    permit: &Permit<'_, Confirm>,
    services: &Services,
    tx: &Tx,
    plan: &Plan,
    method: FactorKind,
) -> Result<Confirmed, OpError> {
    permit.refused();
    if !plan.last {
        permit.message(error_line(method, INCORRECT));
        return Ok(Confirmed::Wrong);
    }
    users::hold(tx, plan.user.id).await?;
    switch_off(permit, services, tx, &plan.user, method).await?;
    permit.message(error_line(method, &format!("{SWITCHED_OFF}.")));
    Ok(Confirmed::SwitchedOff)
}
