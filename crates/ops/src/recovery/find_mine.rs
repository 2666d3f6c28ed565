use portcullis_crypto::spoken_words;
use portcullis_model::{Scope, Secret, Subject, SubjectKind, Timestamp};
use portcullis_store::{Snapshot, recovery_requests};

use crate::recovery::{APPROVED_ONCE, WAITING, login_in, state_at};
use crate::sign_in::{BLOCKED, RECOVERING};
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Shows whoever holds the token of an unfinished sign-in what became of their request.
pub struct FindMine {
    pub token: Secret,
}

pub struct Mine {
    pub username: String,
    /// Empty before anything was asked for; otherwise as in the database.
    pub state: String,
    /// What to read out to the administrator, as long as a decision is waited for.
    pub words: Option<Secret>,
    pub ends_at: Option<Timestamp>,
}

impl Operation for FindMine {
    type Output = Mine;

    const NAME: &'static str = "recovery.find_mine";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Read for FindMine {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Mine, OpError> {
        let login = login_in(permit, services, snapshot, &self.token, &[BLOCKED, RECOVERING]).await?;
        let Some(request) = recovery_requests::of_login(snapshot, login.id).await? else {
            return Ok(Mine {
                username: login.username,
                state: String::new(),
                words: None,
                ends_at: None,
            });
        };
        let state = state_at(&request, services.now());
        Ok(Mine {
            username: login.username,
            words: matches!(state, WAITING | APPROVED_ONCE)
                .then(|| spoken_words(self.token.expose(), request.id.as_bytes())),
            state: state.to_owned(),
            ends_at: Some(request.ends_at),
        })
    }
}
