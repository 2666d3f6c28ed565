//! "Test on me": an administrator runs a method once on themself. It opens nothing and changes no policy.

use std::time::Duration;

use portcullis_model::{
    Answer, Challenge, FactorError, FactorKind, LoginId, Scope, Secret, SessionId, Subject, SubjectKind,
    SystemRight, Verdict,
};
use portcullis_store::users::User;
use portcullis_store::{Snapshot, Tx, users};

use crate::calls::{self, CallView, Purpose};
use crate::factors::{Inquiry, Judged, Proves, TAKES_NO_MORE, challenges, switch_off};
use crate::letters::Circumstances;
use crate::settings::{self, Connection};
use crate::sign_in::UNHEARD;
use crate::sign_in::budget::{FactorBudget, Guesser};
use crate::{Audit, OpError, Operation, Permit, Read, Remote, Right, Services};

/// Lets the method begin: sends the code, draws the challenge.
pub struct BeginRehearsal {
    pub method: FactorKind,
}

/// How a test stands.
pub enum Rehearsed {
    /// Right. `server` is the one that judged it, where one did.
    Accepted {
        server: Option<String>,
    },
    /// There is a question to answer; what the method shows of it.
    Asked {
        prompt: String,
    },
    /// A phone call is placed; what comes of it is the answer.
    Calling,
    Refused {
        server: Option<String>,
    },
    /// The method could not be asked, and why; for administrators only.
    Unanswered {
        why: String,
    },
}

pub struct Plan {
    user: Box<User>,
    session: SessionId,
    inquiry: Inquiry,
    /// Whether no other answer is looked at before a right one.
    last: bool,
}

/// How long a letter with a code is useful.
const CODE: Duration = Duration::from_mins(10);

impl Operation for BeginRehearsal {
    type Output = Rehearsed;

    const NAME: &'static str = "factor.begin_rehearsal";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Factor)
    }
}

impl Remote for BeginRehearsal {
    type Plan = Plan;
    type Effect = Result<Challenge, FactorError>;

    async fn prepare(
        &self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Plan, OpError> {
        let plan = plan(permit, services, tx, self.method).await?;
        users::hold(tx, plan.user.id).await?;
        if self.method == FactorKind::Email
            && let Some(retry_after) = challenges::pause(services, tx, &plan.user).await?
        {
            return Err(OpError::TooMany { retry_after });
        }
        Ok(plan)
    }

    async fn act(&self, services: &Services, plan: &Plan) -> Result<Self::Effect, OpError> {
        Ok(plan.inquiry.ask(services).await)
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        plan: Plan,
        effect: Self::Effect,
        tx: &Tx,
    ) -> Result<Rehearsed, OpError> {
        let question = match effect {
            Ok(question) => question,
            Err(error) => return Ok(unanswered(permit, self.method, &error)),
        };
        if let Some(request) = &question.call {
            let wanted = plan.inquiry.wanted(
                Purpose::Test,
                plan.session.0,
                &plan.user,
                &permit.caller().address,
            )?;
            calls::begin(permit, services, tx, &wanted, request).await?;
            return Ok(Rehearsed::Calling);
        }
        challenges::keep(services, tx, plan.session.0, self.method, &question).await?;
        let circumstances = Circumstances {
            site: &services.site,
            at: services.now(),
            address: &permit.caller().address,
        };
        let owner = LoginId(plan.session.0);
        challenges::send_code(services, tx, &plan.user, owner, &circumstances, &question, CODE).await?;
        permit.message(line(self.method, "begun", None));
        Ok(Rehearsed::Asked {
            prompt: question.public,
        })
    }
}

/// Shows the phone call of a test.
pub struct FindRehearsal;

impl Operation for FindRehearsal {
    type Output = Option<CallView>;

    const NAME: &'static str = "factor.find_rehearsal";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Factor)
    }
}

impl Read for FindRehearsal {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Self::Output, OpError> {
        let session = permit.caller().session.ok_or(OpError::Denied)?;
        calls::view(services, snapshot, session.0, Purpose::Test).await
    }
}

/// Judges the answer. It is spent like any other, and counts against the same budget; it opens nothing.
pub struct Rehearse {
    pub method: FactorKind,
    pub code: Secret,
}

impl Operation for Rehearse {
    type Output = Rehearsed;

    const NAME: &'static str = "factor.rehearse";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Factor)
    }
}

impl Remote for Rehearse {
    type Plan = Plan;
    /// What the answer was worth, and which server judged it.
    type Effect = (Result<Judged, FactorError>, Option<String>);

    async fn prepare(
        &self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Plan, OpError> {
        let mut plan = plan(permit, services, tx, self.method).await?;
        if plan.inquiry.is_unheard(services) {
            return Err(OpError::Conflict(UNHEARD));
        }
        let guesser = Guesser::of_session(tx, &plan.user.username, Some(plan.session)).await?;
        plan.last = match guesser.reserve_factor(tx, self.method, services.now()).await? {
            FactorBudget::Reserved { last } => last,
            FactorBudget::Wait(retry_after) => return Err(OpError::TooMany { retry_after }),
            FactorBudget::Spent => return Err(OpError::Conflict(TAKES_NO_MORE)),
        };
        Ok(plan)
    }

    async fn act(&self, services: &Services, plan: &Plan) -> Result<Self::Effect, OpError> {
        let answer = Answer {
            code: self.code.clone(),
            at: services.now(),
            address: String::new(),
        };
        let judged = plan.inquiry.judge(services, &answer, Proves::One).await?;
        let peers = services.factor(self.method)?.peers(plan.inquiry.settings());
        let server = peers
            .into_iter()
            .find(|peer| peer.answered_at == Some(answer.at) && peer.silent.is_none());
        Ok((judged, server.map(|peer| peer.name)))
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        plan: Plan,
        (judged, server): Self::Effect,
        tx: &Tx,
    ) -> Result<Rehearsed, OpError> {
        let (index, verdict) = match judged {
            Err(error) => return Ok(unanswered(permit, self.method, &error)),
            Ok(None) => return refused(permit, services, tx, &plan, self.method, server).await,
            Ok(Some(judged)) => judged,
        };
        let enrolment = match verdict {
            Verdict::Accept { enrolment } => enrolment,
            Verdict::Ask(question) => {
                challenges::keep(services, tx, plan.session.0, self.method, &question).await?;
                permit.message(line(self.method, "one more question", server.as_deref()));
                return Ok(Rehearsed::Asked {
                    prompt: question.public,
                });
            }
            Verdict::Reject | Verdict::Wait => {
                return refused(permit, services, tx, &plan, self.method, server).await;
            }
        };
        users::hold(tx, plan.user.id).await?;
        // A code counts once, even here: it must not open anything afterwards.
        if !plan
            .inquiry
            .spend(services, tx, index, enrolment.as_deref())
            .await?
        {
            return refused(permit, services, tx, &plan, self.method, server).await;
        }
        Guesser::of_session(tx, &plan.user.username, Some(plan.session))
            .await?
            .accept_factor(tx, self.method)
            .await?;
        challenges::forget(tx, plan.session.0).await?;
        services.vault.record_factors(permit, tx, plan.user.id).await?;
        permit.message(line(self.method, "accepted", server.as_deref()));
        Ok(Rehearsed::Accepted { server })
    }
}

/// Refuses an answer; the last one that is looked at switches the method off, as everywhere.
async fn refused(
    permit: &Permit<'_, Rehearse>,
    services: &Services,
    tx: &Tx,
    plan: &Plan,
    method: FactorKind,
    server: Option<String>,
) -> Result<Rehearsed, OpError> {
    permit.refused();
    permit.message(line(method, "refused", server.as_deref()));
    if plan.last {
        users::hold(tx, plan.user.id).await?;
        switch_off(permit, services, tx, &plan.user, method).await?;
    }
    Ok(Rehearsed::Refused { server })
}

/// What of the caller can be tested. Nothing is said about the policy: a method is tried before it is switched on.
async fn plan<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    tx: &Tx,
    method: FactorKind,
) -> Result<Plan, OpError> {
    let session = permit.caller().session.ok_or(OpError::Denied)?;
    let user = users::find(tx, permit.user()?).await?.ok_or(OpError::NotFound)?;
    permit.about(Subject {
        kind: SubjectKind::User,
        id: Some(user.id.0),
        name: Some(user.username.clone()),
    });
    // A backup code or a pass is gone after one use, so it is not for trying out.
    if matches!(method, FactorKind::BackupCode | FactorKind::TemporaryPass) {
        return Err(OpError::Conflict("This method works once and is not tested."));
    }
    if method == FactorKind::Email && !settings::is_set(tx, Connection::Mail).await? {
        return Err(OpError::Conflict(
            "No mail server is set, so no code can be sent.",
        ));
    }
    let inquiry = Inquiry::kept(services, tx, &user, method, session.0, Purpose::Test).await?;
    if inquiry.candidates.is_empty() {
        return Err(OpError::Conflict(match method {
            FactorKind::Email => {
                "You have no e-mail address that codes go to. Enter one under My security first."
            }
            _ => "You have not set this method up for yourself. Do so under My security first.",
        }));
    }
    Ok(Plan {
        inquiry,
        user: Box::new(user),
        session,
        last: false,
    })
}

fn unanswered<O>(permit: &Permit<'_, O>, method: FactorKind, error: &FactorError) -> Rehearsed {
    let why = error.to_string();
    permit.failed();
    permit.message(line(method, &format!("no answer: {why}"), None));
    Rehearsed::Unanswered { why }
}

/// For the trail.
fn line(method: FactorKind, outcome: &str, server: Option<&str>) -> String {
    match server {
        Some(server) => format!("Test. MFA method: {}, {outcome} by {server}.", method.label()),
        None => format!("Test. MFA method: {}, {outcome}.", method.label()),
    }
}
