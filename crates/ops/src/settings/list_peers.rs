use portcullis_model::{FactorKind, Peer, Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::Snapshot;

use crate::settings::{Connection, secret_of};
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Tells of each RADIUS server what became of the last question to it, as this node knows it since it started.
pub struct ListPeers;

impl Operation for ListPeers {
    type Output = Vec<Peer>;

    const NAME: &'static str = "setting.list_peers";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject {
            name: Some(Connection::Radius.word().to_owned()),
            ..Subject::kind(SubjectKind::Setting)
        }
    }
}

impl Read for ListPeers {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<Peer>, OpError> {
        match secret_of(services, snapshot, Connection::Radius).await? {
            Some(settings) => Ok(services.factor(FactorKind::Radius)?.peers(&settings)),
            None => Ok(Vec::new()),
        }
    }
}
