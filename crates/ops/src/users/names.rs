use portcullis_model::{Scope, Subject, SubjectKind, UserName};
use portcullis_store::{Snapshot, users};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Finds people to share with, by name.
pub struct Names {
    pub query: String,
}

const MOST: u16 = 50;

impl Operation for Names {
    type Output = Vec<UserName>;

    const NAME: &'static str = "user.list_names";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Read;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Read for Names {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<UserName>, OpError> {
        Ok(users::names(snapshot, &self.query, MOST).await?)
    }
}
