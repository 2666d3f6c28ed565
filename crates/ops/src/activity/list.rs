use portcullis_model::{
    EventsPage, Page, PageSize, Scope, SignInFilter, SignInView, Subject, SubjectKind, SystemRight, Timestamp,
};
use portcullis_store::{Snapshot, sign_in_events};

use crate::export::Pages;
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
        self.filter
            .page(snapshot, self.before.as_deref(), self.size)
            .await
    }
}

impl Pages for SignInFilter {
    type Row = SignInView;

    async fn page(
        &self,
        snapshot: &Snapshot,
        before: Option<&str>,
        size: PageSize,
    ) -> Result<Page<SignInView>, OpError> {
        let before = before.and_then(place);
        let rows = sign_in_events::list(snapshot, self, EventsPage { before, size }).await?;
        Ok(Page::cut(rows, size, |last| {
            format!("{}.{}", last.at.micros(), last.seq)
        }))
    }
}

/// Where a page begins: moment and number of the event before it.
fn place(text: &str) -> Option<(Timestamp, i64)> {
    let (at, seq) = text.split_once('.')?;
    Some((Timestamp::from_micros(at.parse().ok()?), seq.parse().ok()?))
}
