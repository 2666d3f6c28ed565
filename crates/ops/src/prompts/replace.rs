use std::sync::Arc;

use portcullis_model::{PromptKey, Scope, Subject, SystemRight};
use portcullis_store::{Tx, prompts};

use super::{check_name, subject_of};
use crate::{OpError, Operation, Permit, Remote, Right, Services};

/// The largest file that may be sent, in bytes: 20 seconds at 48 kHz on two channels, and a little more.
pub const MOST_BYTES: usize = 4 * 1024 * 1024;
/// So many languages of its own an installation may have, beside those that are shipped.
const MOST_LANGUAGES: usize = 50;

/// Puts a recording of the customer's in the place of a prompt, on every node from the next call on.
pub struct Replace {
    pub key: PromptKey,
    /// A WAV file.
    pub file: Vec<u8>,
}

impl Operation for Replace {
    type Output = ();

    const NAME: &'static str = "prompt.replace";
    const RIGHT: Right = Right::System(SystemRight::ManageSecurity);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        subject_of(&self.key)
    }
}

impl Remote for Replace {
    type Plan = Arc<[u8]>;
    type Effect = Vec<u8>;

    async fn prepare(
        &self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Arc<[u8]>, OpError> {
        permit.fresh(services)?;
        let known = services.telephone.prompts();
        check_name(&*known, &self.key)?;
        if self.file.is_empty() {
            return Err(OpError::invalid("file", "must be chosen"));
        }
        if MOST_BYTES < self.file.len() {
            return Err(OpError::invalid("file", "must be at most 4 MiB"));
        }
        let mut others: Vec<String> = prompts::list(tx)
            .await?
            .into_iter()
            .map(|change| change.key.language().to_owned())
            .collect();
        others.dedup();
        let is_known = others.iter().any(|other| other == self.key.language())
            || known.find_shipped(&self.key).is_some();
        if !is_known && MOST_LANGUAGES <= others.len() {
            return Err(OpError::invalid(
                "language",
                "is one too many: there are fifty with recordings of your own",
            ));
        }
        Ok(self.file.as_slice().into())
    }

    /// Bringing it to the rate of the telephone takes time, so it has a thread of its own; a reader that panics has
    /// refused the file.
    async fn act(&self, services: &Services, file: &Arc<[u8]>) -> Result<Vec<u8>, OpError> {
        let (known, file) = (services.telephone.prompts(), Arc::clone(file));
        let read = tokio::task::spawn_blocking(move || known.record(&file)).await;
        let read = read.map_err(|_| OpError::invalid("file", "cannot be read as a WAV file"))?;
        read.map_err(|problem| OpError::invalid("file", problem))
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        _file: Arc<[u8]>,
        recording: Vec<u8>,
        tx: &Tx,
    ) -> Result<(), OpError> {
        prompts::put(tx, &self.key, Some(&recording), services.now(), permit.who()).await?;
        permit.message(format!(
            "Prompt {} in {} replaced by a recording of {}.{} seconds.",
            self.key.name(),
            self.key.language(),
            recording.len() / 8000,
            recording.len() % 8000 / 800,
        ));
        Ok(())
    }
}
