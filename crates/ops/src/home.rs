//! The first page: what is there and what is still to do.

use std::time::Duration;

use portcullis_model::{
    AuditView, FactorKind, PasswordPolicy, Role, Scope, Subject, SubjectKind, SystemRight, UserState,
};
use portcullis_store::{Snapshot, factors, home, recovery_requests, users};

use crate::users::security;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Gathers the first page for the caller.
pub struct Overview;

#[derive(Clone, Debug)]
pub struct OverviewView {
    pub accounts: u64,
    pub resources: u64,
    pub people: u64,
    /// The caller's own accounts whose password is older than 90 days.
    pub overdue: u64,
    /// The caller's own accounts by the age of their password: up to a week, two weeks, … over a year.
    pub ages: [(&'static str, u64); 8],
    pub steps: Vec<Step>,
    /// How many people ask for help with their second step, for those who can help.
    pub asking: u64,
    /// The latest of what bears on the caller's own security.
    pub recent: Vec<AuditView>,
}

/// One line of the first checklist; done or not by looking, not by clicking.
#[derive(Clone, Debug)]
pub struct Step {
    pub done: bool,
    pub title: &'static str,
    pub link: &'static str,
    pub help: &'static str,
}

const DAYS: [(&str, u64); 7] = [
    ("7d", 7),
    ("14d", 14),
    ("30d", 30),
    ("60d", 60),
    ("90d", 90),
    ("180d", 180),
    ("1y", 365),
];

impl Operation for Overview {
    type Output = OverviewView;

    const NAME: &'static str = "home.overview";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Read;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Read for Overview {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<OverviewView, OpError> {
        let user = permit.user()?;
        let (accounts, resources) = home::counts(snapshot, user).await?;
        let people = u64::try_from(users::count(snapshot, UserState::Active).await?).unwrap_or(0);
        let ages = ages(permit, services, snapshot).await?;
        let limit = u64::from(PasswordPolicy::strong().max_age_days.unwrap_or(90));
        let overdue = ages
            .iter()
            .enumerate()
            .filter(|(index, _)| DAYS.get(*index).is_none_or(|(_, days)| limit < *days))
            .map(|(_, (_, count))| count)
            .sum();
        let helps = permit
            .caller()
            .role()
            .is_some_and(|role| role.has(SystemRight::ManageUsers));
        let asking = if helps {
            recovery_requests::count_waiting(snapshot, services.now()).await?
        } else {
            0
        };
        Ok(OverviewView {
            asking: u64::try_from(asking).unwrap_or(0),
            accounts,
            resources,
            people,
            overdue,
            ages,
            steps: steps(permit, services, snapshot, accounts, resources).await?,
            recent: security(snapshot, user, 8).await?,
        })
    }
}

async fn ages(
    permit: &Permit<'_, Overview>,
    services: &Services,
    snapshot: &Snapshot,
) -> Result<[(&'static str, u64); 8], OpError> {
    let now = services.now();
    let since: Vec<_> = DAYS
        .iter()
        .map(|(_, days)| now - Duration::from_secs(days * 24 * 60 * 60))
        .collect();
    let all = portcullis_model::Timestamp::from_micros(0);
    let mut younger = home::changed_since(snapshot, permit.user()?, &since).await?;
    younger.extend(home::changed_since(snapshot, permit.user()?, &[all]).await?);
    let mut ages = [("1y+", 0); 8];
    let mut before = 0;
    for (index, count) in younger.into_iter().enumerate() {
        let label = DAYS.get(index).map_or("1y+", |(label, _)| *label);
        ages[index] = (label, count.saturating_sub(before));
        before = count;
    }
    Ok(ages)
}

async fn steps(
    permit: &Permit<'_, Overview>,
    services: &Services,
    snapshot: &Snapshot,
    accounts: u64,
    resources: u64,
) -> Result<Vec<Step>, OpError> {
    let own = factors::list(snapshot, permit.user()?).await?;
    let has_app = own
        .iter()
        .any(|factor| factor.active && factor.kind == FactorKind::Totp);
    let mut codes_left = 0;
    for codes in own
        .iter()
        .filter(|factor| factor.active && factor.kind == FactorKind::BackupCode)
    {
        let enrolment = services.vault.open_factor(snapshot, codes).await?;
        codes_left = services
            .factor(codes.kind)?
            .summarize(&enrolment)?
            .left
            .unwrap_or(0);
    }
    let mut steps = vec![
        Step {
            done: has_app,
            title: "Set up your authenticator app",
            link: "/me/security",
            help: "A stolen password alone opens nothing.",
        },
        Step {
            done: 3 < codes_left,
            title: "Keep your backup codes in a safe place",
            link: "/me/security",
            help: "They are the way back in when the phone is lost.",
        },
    ];
    let may = |right| permit.caller().role().is_some_and(|role| role.has(right));
    if may(SystemRight::AddResources) {
        steps.push(Step {
            done: 0 < resources,
            title: "Add your first resource",
            link: "/resources/new",
            help: "A server, an application, a device or a website.",
        });
        steps.push(Step {
            done: 0 < accounts,
            title: "Add an account to it",
            link: "/passwords/new",
            help: "Type its password, or have one drawn.",
        });
    }
    if may(SystemRight::ManageUsers) {
        let administrators = users::count_active_with(snapshot, Role::PrivilegedAdministrator).await?;
        steps.push(Step {
            done: 1 < administrators,
            title: "Invite a second administrator",
            link: "/users/new",
            help: "If one of you cannot get in, the other one can help.",
        });
    }
    Ok(steps)
}
