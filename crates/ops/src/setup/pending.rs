use portcullis_model::{AppCodes, FactorKind, Scope, Secret, Shown, Subject, SubjectKind, Username};
use portcullis_store::{Snapshot, factors};

use crate::sign_in::{ENROLLING, login_of};
use crate::{OpError, Operation, Permit, Read, Right, Services};

/// Shows the authenticator key that waits for its first code.
pub struct Pending {
    pub token: Secret,
}

pub struct PendingEnrolment {
    pub username: String,
    /// Base 32, for typing.
    pub key: Secret,
    /// The same as an `otpauth:` address, for scanning.
    pub uri: Secret,
    pub app: AppCodes,
}

impl Operation for Pending {
    type Output = PendingEnrolment;

    const NAME: &'static str = "setup.show_authenticator";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Factor)
    }
}

impl Read for Pending {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<PendingEnrolment, OpError> {
        let login = login_of(permit, snapshot, &self.token, ENROLLING).await?;
        if login.ends_at <= services.now() {
            return Err(OpError::Expired);
        }
        let user = login.user.ok_or(OpError::Expired)?;
        let factor = factors::list(snapshot, user)
            .await?
            .into_iter()
            .find(|factor| !factor.active && factor.kind == FactorKind::Totp)
            .ok_or(OpError::Expired)?;
        let enrolment = services.vault.open_factor(snapshot, &factor).await?;
        let person: Username = login.username.parse().map_err(|_| OpError::Damaged)?;
        match services.factor(FactorKind::Totp)?.show(&person, &enrolment)? {
            Shown::Totp { key, uri, app } => Ok(PendingEnrolment {
                app,
                username: login.username,
                key,
                uri,
            }),
            Shown::Codes(_) | Shown::Nothing | Shown::Number(_) | Shown::Options(_) => Err(OpError::Damaged),
        }
    }
}
