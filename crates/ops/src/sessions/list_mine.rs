use portcullis_model::{FactorKind, Scope, SessionId, Subject, SubjectKind, Timestamp};
use portcullis_store::{Snapshot, sessions, users};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists the browsers in which the caller is signed in.
pub struct ListMine;

#[derive(Clone, Debug)]
pub struct SessionView {
    pub id: SessionId,
    /// The one that asks.
    pub current: bool,
    pub agent: String,
    pub address: String,
    pub factor: FactorKind,
    /// Whether a remembered browser stood in for it.
    pub remembered: bool,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub ends_at: Timestamp,
}

impl Operation for ListMine {
    type Output = Vec<SessionView>;

    const NAME: &'static str = "session.list_mine";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Session)
    }
}

impl Read for ListMine {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<SessionView>, OpError> {
        let user = users::find(snapshot, permit.user()?)
            .await?
            .ok_or(OpError::NotFound)?;
        let now = services.now();
        let own = sessions::list(snapshot, user.id).await?;
        Ok(own
            .into_iter()
            .filter(|session| session.epoch == user.epoch && now < session.ends_at)
            .map(|session| SessionView {
                id: session.id,
                current: Some(session.id) == permit.caller().session,
                agent: session.agent,
                address: session.address,
                factor: session.factor,
                remembered: session.remembered,
                created_at: session.created_at,
                seen_at: session.seen_at,
                ends_at: session.ends_at,
            })
            .collect())
    }
}
