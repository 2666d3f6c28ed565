use std::time::Duration;

use portcullis_model::LONGEST_CALL;

use crate::{Digits, Extension, Key, Prompt};

/// What one call is about.
#[derive(Clone, Debug)]
pub struct Plan {
    pub task: Task,
    pub timings: Timings,
    /// What to dial after the answer, on the first and on the backup line.
    pub extension: Option<Extension>,
    pub backup_extension: Option<Extension>,
    /// Whether there is a second number to try once.
    pub has_backup: bool,
    /// Whether a reported fraud blocks the person's phone even if they hang up at the question.
    pub fraud_blocks: bool,
    /// Whether a call that the provider diverts is given up.
    pub refuses_diversion: bool,
    /// How many wrong entries end the call.
    pub tries: u32,
}

/// What the person has to do.
#[derive(Clone, Debug)]
pub enum Task {
    /// Press `#`.
    Confirm,
    /// Press this digit, then `#`. A recording in a mailbox cannot know it.
    ConfirmWith(Key),
    /// Enter the PIN, then `#`.
    Pin,
    /// Enter the digits that the page shows, then `#`.
    Match(Digits),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Timings {
    /// How long it may ring.
    pub ring: Duration,
    /// Between the answer and the greeting.
    pub settle: Duration,
    /// Between the answer and the extension.
    pub before_extension: Duration,
    /// Between the extension and the greeting.
    pub after_extension: Duration,
    /// Keys count this long after the answer at the earliest.
    pub deaf: Duration,
    pub between_keys: Duration,
    /// For all keys together.
    pub collect: Duration,
    pub fraud: Duration,
    /// For the last words.
    pub closing: Duration,
    /// For everything. No call costs more than this.
    pub overall: Duration,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            ring: Duration::from_secs(35),
            settle: Duration::from_millis(500),
            before_extension: Duration::from_secs(2),
            after_extension: Duration::from_secs(2),
            deaf: Duration::from_secs(2),
            between_keys: Duration::from_secs(6),
            collect: Duration::from_secs(20),
            fraud: Duration::from_secs(8),
            closing: Duration::from_secs(4),
            overall: LONGEST_CALL,
        }
    }
}

impl Plan {
    pub fn new(task: Task) -> Self {
        Self {
            task,
            timings: Timings::default(),
            extension: None,
            backup_extension: None,
            has_backup: false,
            fraud_blocks: true,
            refuses_diversion: false,
            tries: 3,
        }
    }

    /// What the person is told to do, in as many prompts as it takes.
    pub(super) fn instruction(&self) -> Vec<Prompt> {
        match &self.task {
            Task::Confirm => vec![Prompt::PressPound],
            Task::ConfirmWith(key) => vec![Prompt::PressFirst, Prompt::of_key(*key), Prompt::ThenPound],
            Task::Pin => vec![Prompt::EnterPin],
            Task::Match(_) => vec![Prompt::EnterNumber],
        }
    }
}
