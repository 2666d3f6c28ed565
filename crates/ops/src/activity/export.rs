use portcullis_model::{PageSize, Scope, SignInFilter, SignInView, Subject, SubjectKind, SystemRight};
use portcullis_store::Snapshot;

use super::list::{page, place};
use crate::{OpError, Operation, Permit, Read, Right, Services};

/// Takes sign-in events out of the house, newest first; that is on record itself.
pub struct Export {
    pub filter: SignInFilter,
}

/// The most events in one export.
const MOST: usize = 100_000;

impl Operation for Export {
    type Output = Vec<SignInView>;

    const NAME: &'static str = "activity.export";
    const RIGHT: Right = Right::System(SystemRight::ReadAudit);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Audit)
    }
}

impl Read for Export {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<SignInView>, OpError> {
        permit.fresh(services)?;
        let mut events = Vec::new();
        let mut before = None;
        while events.len() < MOST {
            let mut found = page(snapshot, &self.filter, before, PageSize::clamp(200)).await?;
            events.append(&mut found.items);
            before = found.next.as_deref().and_then(place);
            if before.is_none() {
                break;
            }
        }
        permit.message(format!("{} sign-in events.", events.len()));
        Ok(events)
    }
}
