use std::time::Duration;

use portcullis_model::{FactorKind, Grace, Scope, Subject, SubjectKind, SystemRight, Timestamp, UserName};
use portcullis_store::users::{self, User};
use portcullis_store::{Snapshot, factors, outbox, policy_changes};

use crate::mfa_policy::{Putting, attention};
use crate::settings::{self, Connection};
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Tells what keeps people from signing in, or soon will.
pub struct SignIn;

#[derive(Clone, Debug)]
pub struct SignInHealth {
    pub mail: MailHealth,
    pub radius: RadiusHealth,
    /// Changes of the policy that are still to come, the first one first.
    pub due: Vec<DueChange>,
    /// Active people who have nothing of their own for the second step.
    pub without_method: Vec<UserName>,
    /// People who put setting up a method off.
    pub delayed: Vec<Delayed>,
    /// Temporary passes that still work.
    pub passes: Vec<OpenPass>,
}

#[derive(Clone, Debug)]
pub struct MailHealth {
    pub is_set: bool,
    /// Letters that have not left yet.
    pub waiting: i64,
    /// Since when letters are tried in vain, and why.
    pub failing: Option<(Timestamp, String)>,
    pub last_sent: Option<Timestamp>,
    /// Letters that were given up in the last 24 hours.
    pub given_up: i64,
}

#[derive(Clone, Debug)]
pub struct RadiusHealth {
    pub is_set: bool,
}

#[derive(Clone, Debug)]
pub struct DueChange {
    pub version: i64,
    pub summary: String,
    pub applies_at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Delayed {
    pub person: UserName,
    /// Until when, or how often still.
    pub grace: Grace,
}

#[derive(Clone, Debug)]
pub struct OpenPass {
    pub person: UserName,
    pub made_at: Timestamp,
    pub ends_at: Option<Timestamp>,
}

impl SignInHealth {
    /// Whether nothing asks for anybody's attention. A mail server that nobody set is no fault.
    pub fn is_good(&self) -> bool {
        self.mail.failing.is_none() && self.mail.given_up == 0 && self.without_method.is_empty()
    }
}

impl Operation for SignIn {
    type Output = SignInHealth;

    const NAME: &'static str = "health.sign_in";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Read for SignIn {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<SignInHealth, OpError> {
        let (without, delayed) = attention(services, snapshot).await?;
        let due = policy_changes::scheduled(snapshot).await?;
        Ok(SignInHealth {
            mail: mail(services, snapshot).await?,
            radius: RadiusHealth {
                is_set: settings::is_set(snapshot, Connection::Radius).await?,
            },
            due: due
                .into_iter()
                .map(|change| DueChange {
                    version: change.version,
                    summary: change.summary,
                    applies_at: change.applies_at,
                })
                .collect(),
            without_method: without.into_iter().map(name).collect(),
            delayed: delayed
                .into_iter()
                .map(|Putting { user, grace }| Delayed {
                    person: name(user),
                    grace,
                })
                .collect(),
            passes: passes(services, snapshot).await?,
        })
    }
}

async fn mail(services: &Services, snapshot: &Snapshot) -> Result<MailHealth, OpError> {
    let flow = outbox::flow(snapshot, services.now() - Duration::from_hours(24)).await?;
    Ok(MailHealth {
        is_set: settings::is_set(snapshot, Connection::Mail).await?,
        waiting: flow.waiting,
        failing: flow.failing,
        last_sent: flow.last_sent,
        given_up: flow.failed,
    })
}

async fn passes(services: &Services, snapshot: &Snapshot) -> Result<Vec<OpenPass>, OpError> {
    let kind = FactorKind::TemporaryPass;
    let mut open = Vec::new();
    for pass in factors::of_kind(snapshot, kind).await? {
        let enrolment = services.vault.open_factor(snapshot, &pass).await?;
        let ends_at = services.factor(kind)?.summarize(&enrolment)?.ends_at;
        if ends_at.is_some_and(|ends_at| ends_at <= services.now()) {
            continue;
        }
        let Some(user) = users::find(snapshot, pass.user).await? else {
            continue;
        };
        open.push(OpenPass {
            person: name(user),
            made_at: pass.created_at,
            ends_at,
        });
    }
    Ok(open)
}

fn name(user: User) -> UserName {
    UserName {
        id: user.id,
        username: user.username,
        display_name: user.display_name,
    }
}
