use std::time::Duration;

use portcullis_model::{
    Challenge as Question, FactorError, FactorKind, Scope, Secret, Subject, SubjectKind, UserState,
};
use portcullis_store::logins::{self, Login};
use portcullis_store::users::User;
use portcullis_store::{Tx, users};

use crate::calls::{self, Purpose};
use crate::factors::{Inquiry, challenges};
use crate::letters::Circumstances;
use crate::sign_in::proof::person_of;
use crate::sign_in::{FIRST_PASSED, error_line, login_of};
use crate::{Audit, OpError, Operation, Permit, Remark, Remote, Right, Services};

/// Asks the person's method to begin: sends the code, draws the challenge. A new one replaces the one before.
pub struct Challenge {
    pub token: Secret,
}

pub enum Challenged {
    /// The method asks for an answer without being asked to begin.
    NotNeeded,
    Ready,
    /// Nothing more is sent for a while.
    TooMany {
        retry_after: Duration,
    },
    /// The method could not begin; the text is for the person.
    Unanswered {
        text: String,
    },
}

pub enum Plan {
    Ask {
        login: Box<Login>,
        user: Box<User>,
        method: FactorKind,
        inquiry: Box<Inquiry>,
    },
    NotNeeded,
    TooMany(Duration),
}

/// How many challenges one login may have.
const MOST: u32 = 10;

impl Operation for Challenge {
    type Output = Challenged;

    const NAME: &'static str = "login.challenge";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Remarks;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Remote for Challenge {
    type Plan = Plan;
    type Effect = Option<Result<Question, FactorError>>;

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
            return Err(OpError::Expired);
        }
        if !services.factor(method)?.challenges() {
            return Ok(Plan::NotNeeded);
        }
        let user = person_of(tx, &login).await?;
        // Of two requests at once, the second sees what the first has sent.
        users::hold(tx, user.id).await?;
        if MOST <= login.challenges {
            return Ok(Plan::TooMany(login.ends_at.since(now)));
        }
        if method == FactorKind::Email
            && let Some(pause) = challenges::pause(services, tx, &user).await?
        {
            return Ok(Plan::TooMany(pause));
        }
        login.revision += 1;
        login.challenges += 1;
        if logins::advance(tx, &login, None).await? != 1 {
            return Err(OpError::Conflict("This sign-in went on in another window."));
        }
        Ok(Plan::Ask {
            inquiry: Box::new(Inquiry::of(services, tx, &user, method).await?),
            login: Box::new(login),
            user: Box::new(user),
            method,
        })
    }

    async fn act(&self, services: &Services, plan: &Plan) -> Result<Self::Effect, OpError> {
        match plan {
            Plan::Ask { inquiry, .. } => Ok(Some(inquiry.ask(services).await)),
            Plan::NotNeeded | Plan::TooMany(_) => Ok(None),
        }
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        plan: Plan,
        effect: Self::Effect,
        tx: &Tx,
    ) -> Result<Challenged, OpError> {
        let (mut login, user, method, inquiry) = match plan {
            Plan::Ask {
                login,
                user,
                method,
                inquiry,
            } => (login, user, method, inquiry),
            Plan::NotNeeded => return Ok(Challenged::NotNeeded),
            Plan::TooMany(retry_after) => {
                permit.refused();
                permit.message("No more codes are sent for a while.");
                return Ok(Challenged::TooMany { retry_after });
            }
        };
        let question = match effect.ok_or(OpError::Damaged)? {
            Ok(question) => question,
            Err(error) => {
                let text = unanswered(&error);
                permit.failed();
                permit.message(unanswered_line(method, &error));
                return Ok(Challenged::Unanswered { text });
            }
        };
        if user.state != UserState::Active {
            return Err(OpError::Expired);
        }
        let now = services.now();
        if let Some(request) = &question.call {
            login.step_ends_at = login.step_ends_at.max(now + calls::TIME).min(login.ends_at);
            let wanted = inquiry.wanted(Purpose::SignIn, login.id.0, &user, &login.address)?;
            calls::begin(permit, services, tx, &wanted, request).await?;
            login.revision += 1;
            login.challenged_at = Some(now);
            if logins::advance(tx, &login, None).await? != 1 {
                return Err(OpError::Conflict("This sign-in went on in another window."));
            }
            return Ok(Challenged::Ready);
        }
        challenges::keep(services, tx, login.id.0, method, &question).await?;
        let circumstances = Circumstances {
            site: &services.site,
            at: now,
            address: &login.address,
        };
        let useful_for = login.step_ends_at.since(now);
        challenges::send_code(
            services,
            tx,
            &user,
            login.id,
            &circumstances,
            &question,
            useful_for,
        )
        .await?;
        login.revision += 1;
        login.prompt = question.public;
        login.challenged_at = Some(now);
        if logins::advance(tx, &login, None).await? != 1 {
            return Err(OpError::Conflict("This sign-in went on in another window."));
        }
        Ok(Challenged::Ready)
    }
}

/// What administrators read of it in the trail: which server, and how it failed.
pub(crate) fn unanswered_line(method: FactorKind, error: &FactorError) -> Remark {
    error_line(method, &error.to_string())
}

/// What the person reads when a method does not answer.
pub(crate) fn unanswered(error: &FactorError) -> String {
    match error {
        FactorError::Unreachable { text, .. } => (*text).to_owned(),
        FactorError::DamagedEnrolment | FactorError::Details(_) | FactorError::Settings(_) => {
            "This way does not work at the moment. Try another way, or ask an administrator.".to_owned()
        }
    }
}
