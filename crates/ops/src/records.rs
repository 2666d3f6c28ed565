use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use portcullis_model::{AuditEntry, Caller, FactorKind, Outcome, SignIn, SignInEvent, Subject, Timestamp};

use crate::Operation;

/// What an operation says in the trail. A line of the sign-in log also says what happened there.
#[derive(Clone, Debug)]
pub struct Remark {
    pub(crate) text: String,
    pub(crate) sign_in: Option<(SignInEvent, FactorKind)>,
}

impl Remark {
    pub(crate) fn of_sign_in(event: SignInEvent, method: FactorKind, text: String) -> Self {
        Self {
            text,
            sign_in: Some((event, method)),
        }
    }

    /// The same with a sentence before it.
    pub(crate) fn after(self, sentence: &str) -> Self {
        Self {
            text: format!("{sentence} {}", self.text),
            ..self
        }
    }

    /// The same with a sentence behind it.
    pub(crate) fn and(self, sentence: &str) -> Self {
        Self {
            text: format!("{} {sentence}", self.text),
            ..self
        }
    }
}

impl From<String> for Remark {
    fn from(text: String) -> Self {
        Self { text, sign_in: None }
    }
}

impl From<&str> for Remark {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// What an operation says about itself for the trail while it runs.
pub(crate) struct Records {
    entry: Mutex<AuditEntry>,
    /// Whether it ran to its end and did not work all the same.
    failed: AtomicBool,
    /// What else it has to say, each in an entry of its own.
    further: Mutex<Vec<Further>>,
}

/// What an operation says besides its own entry.
struct Further {
    operation: &'static str,
    subject: Subject,
    message: String,
    digest: Option<[u8; 32]>,
}

impl Records {
    pub(crate) fn of<O: Operation>(operation: &O, caller: &Caller, at: Timestamp) -> Self {
        Self {
            entry: Mutex::new(AuditEntry {
                at,
                operation: O::NAME,
                caller: caller.clone(),
                subject: operation.subject(),
                // Until something else is known, the trail says that it did not work.
                outcome: Outcome::Fail,
                reason: operation.reason().filter(|reason| !reason.trim().is_empty()),
                message: None,
                digest: None,
                sign_in: SignIn::default(),
            }),
            failed: AtomicBool::new(false),
            further: Mutex::default(),
        }
    }

    pub(crate) fn failed(&self) {
        self.failed.store(true, Ordering::Relaxed);
    }

    pub(crate) fn entry(&self) -> MutexGuard<'_, AuditEntry> {
        self.entry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn also(&self, operation: &'static str, subject: Subject, message: String) {
        self.add(operation, subject, message, None);
    }

    /// The same for what was written: its digest belongs to the entry about `subject`, where it is looked for.
    pub(crate) fn hand_over(&self, operation: &'static str, subject: Subject, message: String) {
        let digest = self.entry().digest.take();
        self.add(operation, subject, message, digest);
    }

    fn add(&self, operation: &'static str, subject: Subject, message: String, digest: Option<[u8; 32]>) {
        let mut further = self.further.lock().unwrap_or_else(PoisonError::into_inner);
        further.push(Further {
            operation,
            subject,
            message,
            digest,
        });
    }

    /// The entries for an operation that ran to its end: its own, and what else it said.
    pub(crate) fn ended_well(&self) -> Vec<AuditEntry> {
        let own = well(self.entry().clone(), self.failed.load(Ordering::Relaxed));
        let further = self.further.lock().unwrap_or_else(PoisonError::into_inner);
        let more = further.iter().map(|further| AuditEntry {
            operation: further.operation,
            subject: further.subject.clone(),
            outcome: Outcome::Succeed,
            message: Some(further.message.clone()),
            digest: further.digest,
            // A sign-in is told of once.
            sign_in: SignIn::default(),
            ..own.clone()
        });
        let more: Vec<AuditEntry> = more.collect();
        [own].into_iter().chain(more).collect()
    }

    /// The same, when nothing else needs it any more.
    pub(crate) fn into_success(self) -> AuditEntry {
        let failed = self.failed.load(Ordering::Relaxed);
        well(
            self.entry.into_inner().unwrap_or_else(PoisonError::into_inner),
            failed,
        )
    }

    pub(crate) fn has_message(&self) -> bool {
        self.entry().message.is_some()
    }

    pub(crate) fn ended(&self, outcome: Outcome) -> AuditEntry {
        let mut entry = self.entry().clone();
        entry.outcome = outcome;
        entry.digest = None;
        entry
    }

    pub(crate) fn about(&self, subject: Subject) {
        self.entry().subject = subject;
    }
}

fn well(mut entry: AuditEntry, failed: bool) -> AuditEntry {
    if entry.outcome == Outcome::Fail && !failed {
        entry.outcome = Outcome::Succeed;
    }
    entry
}
