use std::time::Duration;

use portcullis_model::{
    Answer, FactorError, FactorKind, Remember, Scope, Secret, Subject, SubjectKind, UserId, UserState,
};
use portcullis_store::logins::{self, Login};
use portcullis_store::{Tx, users};

use crate::calls::Purpose;
use crate::factors::{Inquiry, Judged, Proves, challenges, spend};
use crate::sign_in::budget::{Budget, Guesser};
use crate::sign_in::inspect::passkeys_open;
use crate::sign_in::proof::{Opened, Proven, open_session};
use crate::sign_in::{OFFERED, error_line, login_of, verified_line};
use crate::{OpError, Operation, Permit, Remote, Right, Services, mfa_policy};

/// Both proofs at once: a passkey that saw for itself, by PIN or finger, who holds it.
pub struct ProvePasskey {
    pub token: Secret,
    /// What the browser answered, as JSON.
    pub answer: Secret,
}

pub enum PasskeyStep {
    /// Not looked at: too many wrong ones came before.
    Locked {
        retry_after: Duration,
    },
    Passed(Opened),
    /// Nobody outside can tell why. The offer is spent.
    Refused,
}

pub enum Plan {
    Ask {
        login: Box<Login>,
        user: UserId,
        username: String,
        inquiry: Box<Inquiry>,
    },
    Locked(Duration),
    /// Why, for the trail.
    Refused(&'static str),
}

/// The key of passkeys among a person's guesses. Whoever learns a person's id can claim to be them, and must not be
/// able to slow down their security key as a second proof.
const PASSKEY: &str = "passkey";

const METHOD: FactorKind = FactorKind::WebAuthn;

impl Operation for ProvePasskey {
    type Output = PasskeyStep;

    const NAME: &'static str = "login.prove_passkey";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Remote for ProvePasskey {
    type Plan = Plan;
    type Effect = Result<Judged, FactorError>;

    async fn prepare(
        &self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Plan, OpError> {
        let login = login_of(permit, tx, &self.token, OFFERED).await?;
        let now = services.now();
        let claimed = services.factor(METHOD)?.claimed(&self.answer(services, &login));
        let user = match claimed {
            Some(user) => users::find(tx, user).await?,
            None => None,
        };
        let inquiry = match &user {
            Some(user) => Some(Inquiry::kept(services, tx, user, METHOD, login.id.0, Purpose::SignIn).await?),
            None => None,
        };
        let budget = match &user {
            Some(user) => {
                permit.about(Subject {
                    kind: SubjectKind::User,
                    id: Some(user.id.0),
                    name: Some(user.username.clone()),
                });
                Guesser::anybody(&user.username).reserve(tx, PASSKEY, now).await?
            }
            None => Budget::Reserved,
        };
        // An offer is good for one answer, before anybody looks at it.
        challenges::forget(tx, login.id.0).await?;
        if logins::end(tx, login.id).await? != 1 {
            return Err(OpError::Expired);
        }
        if let Budget::Wait(wait) = budget {
            return Ok(Plan::Locked(wait));
        }
        if login.ends_at <= now {
            return Ok(Plan::Refused("The offer was too old."));
        }
        if !passkeys_open(services, tx).await? {
            return Ok(Plan::Refused("A passkey alone is not enough any more."));
        }
        let (Some(user), Some(inquiry)) = (user, inquiry) else {
            return Ok(Plan::Refused("Nobody has this passkey."));
        };
        Ok(Plan::Ask {
            inquiry: Box::new(inquiry),
            user: user.id,
            username: user.username,
            login: Box::new(login),
        })
    }

    async fn act(&self, services: &Services, plan: &Plan) -> Result<Self::Effect, OpError> {
        let Plan::Ask { login, inquiry, .. } = plan else {
            return Ok(Ok(None));
        };
        let answer = self.answer(services, login);
        inquiry.judge(services, &answer, Proves::Both).await
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        plan: Plan,
        effect: Self::Effect,
        tx: &Tx,
    ) -> Result<PasskeyStep, OpError> {
        let refuse = |error: &str| {
            permit.refused();
            permit.message(error_line(METHOD, error));
            PasskeyStep::Refused
        };
        let (login, user, username, candidates) = match plan {
            Plan::Ask {
                login,
                user,
                username,
                inquiry,
            } => (login, user, username, inquiry.candidates),
            Plan::Locked(retry_after) => {
                refuse("Not looked at: too many wrong passkeys came before.");
                return Ok(PasskeyStep::Locked { retry_after });
            }
            Plan::Refused(why) => return Ok(refuse(why)),
        };
        let Ok(Some((index, verdict))) = effect else {
            return Ok(refuse("The passkey was not accepted."));
        };
        users::hold(tx, user).await?;
        let person = users::find(tx, user)
            .await?
            .filter(|person| person.state == UserState::Active);
        let Some(person) = person else {
            return Ok(refuse("The person may not sign in."));
        };
        // Looked at once more: the policy may have changed since the offer, and what it says of this person counts.
        let effective = mfa_policy::of_person(services, tx, &person).await?;
        let factor = &candidates[index].0;
        let Some((proven, enrolment)) = Proven::alone(&login, factor, verdict, &effective) else {
            return Ok(refuse("A passkey alone is not enough for this person."));
        };
        if !spend(services, tx, factor, Some(&enrolment)).await? {
            return Ok(refuse("The passkey was used in another window."));
        }
        mfa_policy::report(permit, services, tx, &person, login.id, Some(METHOD)).await?;
        Guesser::anybody(&username).accept(tx, PASSKEY).await?;
        services.vault.record_factors(permit, tx, user).await?;
        permit.message(verified_line(METHOD).and("A passkey was both proofs."));
        let opened = open_session(permit, services, tx, proven, &login, Remember::Off).await?;
        Ok(PasskeyStep::Passed(opened))
    }
}

impl ProvePasskey {
    fn answer(&self, services: &Services, login: &Login) -> Answer {
        Answer {
            code: self.answer.clone(),
            at: services.now(),
            address: login.address.clone(),
        }
    }
}
