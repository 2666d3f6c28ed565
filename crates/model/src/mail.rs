use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// One letter, in a text and an HTML form of the same content.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
pub struct Letter {
    /// Bare addresses. All of them get the same letter and see each other.
    pub to: Vec<String>,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// What a letter says may be a code, so only its envelope is printed.
impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter")
            .field("to", &self.to)
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

/// Carries letters out of the house.
///
/// A mailer keeps no state: the engine stores the settings sealed, queues the letters and decides when to try again.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Tells what is wrong with settings before they are stored: which field, and what to do.
    fn check(&self, settings: &[u8]) -> Result<(), SettingsProblem>;

    /// Hands a letter to the server, or gives up within 90 seconds. It is an error only if the server takes the letter
    /// for none of the recipients.
    async fn send(&self, settings: &[u8], letter: &Letter) -> Result<Delivery, MailError>;

    /// Sends a test letter and keeps what was said, to show it to an administrator.
    async fn rehearse(&self, settings: &[u8], to: &str) -> Rehearsal;
}

/// The server has taken a letter and answers for it now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Delivery {
    /// The letter's `Message-ID`, without the angle brackets, to find it in the server's log.
    pub message_id: String,
    /// The server's last line, which often names its queue entry.
    pub reply: String,
    pub left_out: Vec<LeftOut>,
}

/// A recipient for whom the server did not take a letter that it took for others.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LeftOut {
    pub to: String,
    pub error: MailError,
}

/// Why a letter did not leave. The texts are for administrators and hold no secret.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MailError {
    /// This letter is not wanted, and would not be tomorrow.
    #[error("the letter is refused: {0}")]
    Refused(String),
    /// The same letter may go through later.
    #[error("the letter could not be sent now: {0}")]
    Later(String),
    /// No letter can leave until an administrator changes the settings; the server refused the sign-in, for example.
    #[error("sending mail is not set up: {0}")]
    Settings(String),
}

/// A field of the settings that must be changed.
#[derive(Clone, Debug, Default, Eq, PartialEq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct SettingsProblem {
    /// As it is named in the settings; empty if they cannot be read at all.
    pub field: &'static str,
    /// A sentence without its subject, such as "must be a bare address".
    pub problem: String,
}

/// How a test letter went.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Rehearsal {
    pub lines: Vec<DialogueLine>,
    /// What is wrong and what to do, in plain words. `None` if the server took the letter.
    pub problem: Option<String>,
}

/// One line of a conversation with a server, without secrets.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DialogueLine {
    pub speaker: Speaker,
    pub text: String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Speaker {
    Us,
    Server,
    /// What happened between the lines: connected, encrypted, cut off.
    Note,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_letter_does_not_tell_what_it_says() {
        let letter = Letter {
            to: vec!["ann@example.test".to_owned()],
            subject: "Your code".to_owned(),
            text: "code 493817".to_owned(),
            html: "<p>code 493817</p>".to_owned(),
        };

        let printed = format!("{letter:?}");

        assert!(printed.contains("ann@example.test"));
        assert!(!printed.contains("493817"));
    }
}
