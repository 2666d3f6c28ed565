//! One search over accounts, resources and people.

use portcullis_model::{
    AccountView, PageSize, ResourceView, Scope, Subject, SubjectKind, UserName, VaultFilter,
};
use portcullis_store::{Snapshot, accounts, resources, users};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Finds what the caller sees by a few letters of its name.
pub struct Search {
    pub query: String,
}

#[derive(Clone, Debug, Default)]
pub struct Found {
    pub accounts: Vec<AccountView>,
    pub resources: Vec<ResourceView>,
    pub people: Vec<UserName>,
}

/// The most of each kind.
const MOST: u16 = 8;

impl Operation for Search {
    type Output = Found;

    const NAME: &'static str = "home.search";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Read;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Read for Search {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Found, OpError> {
        if self.query.trim().is_empty() {
            return Ok(Found::default());
        }
        let user = permit.user()?;
        let size = PageSize::clamp(u64::from(MOST));
        let filter = VaultFilter {
            query: self.query.clone(),
            kind: None,
            resource: None,
            after: None,
            size,
        };
        Ok(Found {
            accounts: accounts::list(snapshot, user, &filter, services.now())
                .await?
                .items,
            resources: resources::list(snapshot, user, &filter).await?.items,
            people: users::names(snapshot, &self.query, MOST).await?,
        })
    }
}
