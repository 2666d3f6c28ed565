use portcullis_model::{
    CallFilter, CallsPage, LoggedCall, Page, PageSize, Scope, Subject, SubjectKind, SystemRight, Timestamp,
};
use portcullis_store::{Snapshot, calls};
use uuid::Uuid;

use crate::export::Pages;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists phone calls and what came of them, newest first.
pub struct List {
    pub filter: CallFilter,
    /// `next` of the page before.
    pub before: Option<String>,
    pub size: PageSize,
}

impl Operation for List {
    type Output = Page<LoggedCall>;

    const NAME: &'static str = "call.list";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Read for List {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Page<LoggedCall>, OpError> {
        self.filter
            .page(snapshot, self.before.as_deref(), self.size)
            .await
    }
}

impl Pages for CallFilter {
    type Row = LoggedCall;

    async fn page(
        &self,
        snapshot: &Snapshot,
        before: Option<&str>,
        size: PageSize,
    ) -> Result<Page<LoggedCall>, OpError> {
        let before = before.and_then(place);
        let rows = calls::log(snapshot, self, CallsPage { before, size }).await?;
        Ok(Page::cut(rows, size, |last| {
            format!("{}.{}", last.made_at.micros(), last.id)
        }))
    }
}

/// Where a page begins: moment and id of the call before it.
fn place(text: &str) -> Option<(Timestamp, Uuid)> {
    let (at, id) = text.split_once('.')?;
    Some((Timestamp::from_micros(at.parse().ok()?), id.parse().ok()?))
}
