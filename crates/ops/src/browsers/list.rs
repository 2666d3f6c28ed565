use portcullis_model::{BrowserId, FactorKind, Scope, Subject, SubjectKind, SystemRight, Timestamp, UserId};
use portcullis_store::users::User;
use portcullis_store::{Snapshot, browsers, users};

use crate::browsers::remembered;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services, mfa_policy};

/// A browser in which the second step is not asked.
#[derive(Clone, Debug)]
pub struct BrowserView {
    pub id: BrowserId,
    /// As the browser calls itself.
    pub agent: String,
    pub address: String,
    /// What was proven when it was remembered.
    pub factor: FactorKind,
    pub since: Timestamp,
    pub used_at: Timestamp,
    pub until: Timestamp,
}

/// Lists the browsers in which the caller is not asked for the second step.
pub struct ListMine;

impl Operation for ListMine {
    type Output = Vec<BrowserView>;

    const NAME: &'static str = "browser.list_mine";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Browser)
    }
}

impl Read for ListMine {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<BrowserView>, OpError> {
        let user = users::find(snapshot, permit.user()?)
            .await?
            .ok_or(OpError::NotFound)?;
        list(services, snapshot, &user).await
    }
}

/// Lists the browsers in which a person is not asked for the second step.
pub struct ListOf {
    pub id: UserId,
}

impl Operation for ListOf {
    type Output = Vec<BrowserView>;

    const NAME: &'static str = "browser.list";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::User, self.id.0)
    }
}

impl Read for ListOf {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<BrowserView>, OpError> {
        let user = users::find(snapshot, self.id).await?.ok_or(OpError::NotFound)?;
        list(services, snapshot, &user).await
    }
}

async fn list(services: &Services, snapshot: &Snapshot, user: &User) -> Result<Vec<BrowserView>, OpError> {
    let effective = mfa_policy::of_person(services, snapshot, user).await?;
    let now = services.now();
    let mut views = Vec::new();
    for browser in browsers::list(snapshot, user.id).await? {
        if let Some(kept) = remembered(snapshot, &browser, user, &effective, now).await? {
            views.push(BrowserView {
                id: browser.id,
                agent: browser.agent,
                address: browser.address,
                factor: kept.kind(),
                since: kept.since(),
                used_at: browser.used_at,
                until: kept.until(),
            });
        }
    }
    Ok(views)
}
