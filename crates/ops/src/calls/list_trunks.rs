use portcullis_model::{Scope, Subject, SubjectKind, SystemRight, TrunkView};
use portcullis_store::Snapshot;

use crate::settings::{Connection, secret_of};
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Tells of each phone trunk how it is, as this node knows it.
pub struct ListTrunks;

impl Operation for ListTrunks {
    type Output = Vec<TrunkView>;

    const NAME: &'static str = "call.list_trunks";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject {
            name: Some(Connection::Phone.word().to_owned()),
            ..Subject::kind(SubjectKind::Setting)
        }
    }
}

impl Read for ListTrunks {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<TrunkView>, OpError> {
        let settings = secret_of(services, snapshot, Connection::Phone).await?;
        Ok(settings.map_or_else(Vec::new, |settings| services.telephone.trunks(&settings)))
    }
}
