use portcullis_model::{
    EventsPage, Page, PageSize, Scope, SignInFilter, SignInView, Subject, SubjectKind, SystemRight, Timestamp,
};
use portcullis_store::{Snapshot, sign_in_events};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists sign-in events, newest first.
pub struct List {
    pub filter: SignInFilter,
    /// `next` of the page before.
    pub before: Option<String>,
    pub size: PageSize,
}

impl Operation for List {
    type Output = Page<SignInView>;

    const NAME: &'static str = "activity.list";
    const RIGHT: Right = Right::System(SystemRight::ReadAudit);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Audit)
    }
}

impl Read for List {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Page<SignInView>, OpError> {
        page(
            snapshot,
            &self.filter,
            self.before.as_deref().and_then(place),
            self.size,
        )
        .await
    }
}

pub(super) async fn page(
    snapshot: &Snapshot,
    filter: &SignInFilter,
    before: Option<(Timestamp, i64)>,
    size: PageSize,
) -> Result<Page<SignInView>, OpError> {
    let mut items = sign_in_events::list(snapshot, filter, EventsPage { before, size }).await?;
    let more = usize::from(size.get()) < items.len();
    items.truncate(usize::from(size.get()));
    let last = items.last().filter(|_| more);
    let next = last.map(|last| format!("{}.{}", last.at.micros(), last.seq));
    Ok(Page { items, next })
}

/// Where a page begins: moment and number of the event before it.
pub(super) fn place(text: &str) -> Option<(Timestamp, i64)> {
    let (at, seq) = text.split_once('.')?;
    Some((Timestamp::from_micros(at.parse().ok()?), seq.parse().ok()?))
}
