use portcullis_model::{PromptKey, Scope, Subject, SystemRight};
use portcullis_store::{Snapshot, prompts};

use super::subject_of;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Gives a recording as calls say it now.
pub struct Hear {
    pub key: PromptKey,
}

impl Operation for Hear {
    /// A WAV file.
    type Output = Vec<u8>;

    const NAME: &'static str = "prompt.hear";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        subject_of(&self.key)
    }
}

impl Read for Hear {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<u8>, OpError> {
        let known = services.telephone.prompts();
        let recording = match prompts::find(snapshot, &self.key).await? {
            Some(own) => own,
            None => known.find_shipped(&self.key).ok_or(OpError::NotFound)?,
        };
        known.play(&recording).ok_or(OpError::Damaged)
    }
}
