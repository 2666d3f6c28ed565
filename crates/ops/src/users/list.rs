use portcullis_model::{Page, PageSize, Scope, Subject, SubjectKind, SystemRight, UserView};
use portcullis_store::{Snapshot, users};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists people by user name.
pub struct List {
    pub query: String,
    pub after: Option<String>,
    pub size: PageSize,
}

impl Operation for List {
    type Output = Page<UserView>;

    const NAME: &'static str = "user.list";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Read for List {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Page<UserView>, OpError> {
        let after = self.after.unwrap_or_default();
        let rows = users::list(snapshot, &self.query, &after, self.size).await?;
        Ok(Page::cut(rows, self.size, |last| last.username.clone()))
    }
}
