use portcullis_model::{Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::{Snapshot, audit};

use crate::trail::Verifier;
use crate::{Checkpoint, OpError, Operation, Permit, Read, Right, Services};

/// Goes through the whole trail and says where it does not hold together.
#[derive(Default)]
pub struct Verify {
    /// A checkpoint from outside finds out a trail whose end was cut off.
    pub checkpoint: Option<Checkpoint>,
}

#[derive(Clone, Debug)]
pub struct Verified {
    pub entries: i64,
    /// Empty if the trail is whole.
    pub problems: Vec<String>,
    /// The end of the trail, to be kept outside.
    pub checkpoint: String,
}

impl Operation for Verify {
    type Output = Verified;

    const NAME: &'static str = "audit.verify";
    const RIGHT: Right = Right::System(SystemRight::ReadAudit);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Audit)
    }
}

impl Read for Verify {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Verified, OpError> {
        let keyring = services.vault.keyring();
        let mut verifier = Verifier::new();
        loop {
            let rows = audit::after(snapshot, verifier.last_seq(), 1000).await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                verifier.take(row, Some(&keyring), self.checkpoint.as_ref());
            }
            tokio::task::yield_now().await;
        }
        verifier.finish(self.checkpoint.as_ref());
        permit.message(format!(
            "{} entries, {} problems.",
            verifier.entries,
            verifier.problems.len()
        ));
        Ok(Verified {
            entries: verifier.entries,
            checkpoint: verifier.checkpoint().to_string(),
            problems: verifier.problems,
        })
    }
}
