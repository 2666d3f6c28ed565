use portcullis_model::{Scope, Subject, SubjectKind};
use portcullis_store::{Tx, branding, privacy};

use super::written;
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Accepts the privacy text that was read.
pub struct Accept {
    /// The version of the text that was shown.
    pub digest: String,
}

impl Operation for Accept {
    type Output = ();

    const NAME: &'static str = "privacy.accept";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Write for Accept {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        let user = permit.user()?;
        let newest = branding::newest(tx).await?;
        let digest = newest
            .and_then(|newest| newest.privacy_digest)
            .filter(|digest| written(digest) == self.digest)
            .ok_or(OpError::Conflict(
                "The text was changed meanwhile. Read it again.",
            ))?;
        privacy::accept(tx, user, &digest, services.now()).await?;
        permit.about(Subject {
            kind: SubjectKind::User,
            id: Some(user.0),
            name: Some(permit.who().to_owned()),
        });
        permit.message(format!("Accepted the privacy text {}.", &self.digest[..12]));
        Ok(())
    }
}
