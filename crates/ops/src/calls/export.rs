use portcullis_model::{CallFilter, LoggedCall, PageSize, Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::Snapshot;

use super::list::{page, place};
use crate::{OpError, Operation, Permit, Read, Right, Services};

/// Takes the log of phone calls out of the house, newest first; that is on record itself.
pub struct Export {
    pub filter: CallFilter,
}

/// The most calls in one export.
const MOST: usize = 100_000;

impl Operation for Export {
    type Output = Vec<LoggedCall>;

    const NAME: &'static str = "call.export";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Read for Export {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<LoggedCall>, OpError> {
        permit.fresh(services)?;
        let mut calls = Vec::new();
        let mut before = None;
        while calls.len() < MOST {
            let mut found = page(snapshot, &self.filter, before, PageSize::clamp(200)).await?;
            calls.append(&mut found.items);
            before = found.next.as_deref().and_then(place);
            if before.is_none() {
                break;
            }
        }
        permit.message(format!("{} phone calls.", calls.len()));
        Ok(calls)
    }
}
