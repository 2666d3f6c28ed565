use portcullis_model::{Scope, Subject, SubjectKind, SystemRight, Timestamp};
use portcullis_store::{Snapshot, outbox};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists the latest letters and what became of them; never what they say.
pub struct List;

#[derive(Clone, Debug)]
pub struct LetterView {
    pub subject: String,
    /// `waiting`, `sent` or `failed`.
    pub state: String,
    pub attempts: u32,
    /// Why it did not leave, as the mail server said it.
    pub problem: String,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

const MOST: u16 = 50;

impl Operation for List {
    type Output = Vec<LetterView>;

    const NAME: &'static str = "mail.list";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Read for List {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<LetterView>, OpError> {
        let letters = outbox::list(snapshot, MOST).await?;
        Ok(letters
            .into_iter()
            .map(|letter| LetterView {
                subject: letter.subject,
                state: letter.state,
                attempts: letter.attempts,
                problem: letter.problem,
                created_at: letter.created_at,
                finished_at: letter.finished_at,
            })
            .collect())
    }
}
