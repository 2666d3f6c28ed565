use portcullis_model::{
    CallFilter, CallsPage, LoggedCall, Page, PageSize, Scope, Subject, SubjectKind, SystemRight, Timestamp,
};
use portcullis_store::{Snapshot, calls};
use uuid::Uuid;

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
        let before = self.before.as_deref().and_then(place);
        page(snapshot, &self.filter, before, self.size).await
    }
}

pub(super) async fn page(
    snapshot: &Snapshot,
    filter: &CallFilter,
    before: Option<(Timestamp, Uuid)>,
    size: PageSize,
) -> Result<Page<LoggedCall>, OpError> {
    let mut items = calls::log(snapshot, filter, CallsPage { before, size }).await?;
    let more = usize::from(size.get()) < items.len();
    items.truncate(usize::from(size.get()));
    let last = items.last().filter(|_| more);
    let next = last.map(|last| format!("{}.{}", last.made_at.micros(), last.id));
    Ok(Page { items, next })
}

/// Where a page begins: moment and id of the call before it.
pub(super) fn place(text: &str) -> Option<(Timestamp, Uuid)> {
    let (at, id) = text.split_once('.')?;
    Some((Timestamp::from_micros(at.parse().ok()?), id.parse().ok()?))
}
