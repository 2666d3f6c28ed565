use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use portcullis_model::{
    Delivery, DialogueLine, Letter, MailError, Mailer, Rehearsal, SettingsProblem, Speaker,
};

/// A mailer that keeps what it is given, for tests of what is sent and when. How letters travel is tested with a real
/// server, in the crate `mail` and in the browser tests.
#[derive(Default)]
pub struct Mailbox {
    letters: Mutex<Vec<Letter>>,
    fails: Mutex<Option<MailError>>,
}

impl Mailbox {
    /// What was sent so far.
    pub fn letters(&self) -> Vec<Letter> {
        self.letters
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The letters to one address.
    pub fn to(&self, address: &str) -> Vec<Letter> {
        let is_for = |letter: &Letter| letter.to.iter().any(|to| to == address);
        self.letters().into_iter().filter(is_for).collect()
    }

    /// From now on every letter ends like this; `None` to take them again.
    pub fn fail(&self, error: Option<MailError>) {
        *self.fails.lock().unwrap_or_else(PoisonError::into_inner) = error;
    }
}

#[async_trait]
impl Mailer for Mailbox {
    fn check(&self, _settings: &[u8]) -> Result<(), SettingsProblem> {
        Ok(())
    }

    async fn send(&self, _settings: &[u8], letter: &Letter) -> Result<Delivery, MailError> {
        if let Some(error) = self.fails.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Err(error);
        }
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.push(letter.clone());
        Ok(Delivery {
            message_id: format!("{}@mailbox", letters.len()),
            reply: "250 kept".to_owned(),
            left_out: Vec::new(),
        })
    }

    async fn rehearse(&self, _settings: &[u8], to: &str) -> Rehearsal {
        let line = |speaker, text: String| DialogueLine { speaker, text };
        let fails = self.fails.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Rehearsal {
            lines: vec![
                line(Speaker::Note, "connected".to_owned()),
                line(Speaker::Us, format!("RCPT TO:<{to}>")),
                line(Speaker::Server, "250 kept".to_owned()),
            ],
            problem: fails.map(|error| error.to_string()),
        }
    }
}
