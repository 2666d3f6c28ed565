use portcullis_model::{Scope, Subject, SubjectKind};
use portcullis_store::{Snapshot, branding, privacy};

use super::written;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Shows the privacy text of today, if people are asked to accept one.
pub struct Find;

#[derive(Clone, Debug)]
pub struct PrivacyText {
    pub text: String,
    /// Names this version of the text.
    pub digest: String,
    /// Whether it waits for the person to accept it.
    pub is_due: bool,
}

impl Operation for Find {
    type Output = Option<PrivacyText>;

    const NAME: &'static str = "privacy.find";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Read;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Read for Find {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Option<PrivacyText>, OpError> {
        let Some(newest) = branding::newest(snapshot).await? else {
            return Ok(None);
        };
        let Some(digest) = newest.privacy_digest else {
            return Ok(None);
        };
        Ok(Some(PrivacyText {
            text: newest.value.privacy.value,
            digest: written(&digest),
            is_due: privacy::is_due(snapshot, permit.user()?).await?,
        }))
    }
}
