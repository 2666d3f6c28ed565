use std::sync::Arc;

use async_trait::async_trait;
use portcullis_model::{Chance, Clock, Delivery, Letter, MailError, Mailer, Rehearsal, SettingsProblem};

use crate::advice::advise;
use crate::conversation::hand_over;
use crate::failure::Failure;
use crate::message::Message;
use crate::settings::MailSettings;
use crate::setup::Setup;
use crate::transcript::Transcript;

/// Sends letters over SMTP, on a new connection each.
pub struct SmtpMailer {
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
}

impl SmtpMailer {
    pub fn new(clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Self {
        Self { clock, chance }
    }

    async fn attempt(
        &self,
        setup: &Setup,
        letter: &Letter,
        transcript: &Transcript,
    ) -> Result<Delivery, Failure> {
        // Written first: a letter that is unfit needs no connection.
        let message = Message::write(letter, setup, &*self.clock, &*self.chance)?;
        let taken = hand_over(&message, setup, transcript).await?;
        Ok(Delivery {
            message_id: message.id,
            reply: taken.reply,
            left_out: taken.left_out,
        })
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    fn check(&self, settings: &[u8]) -> Result<(), SettingsProblem> {
        MailSettings::parse(settings).map(drop)
    }

    async fn send(&self, settings: &[u8], letter: &Letter) -> Result<Delivery, MailError> {
        let setup = Setup::parse(settings).map_err(|problem| MailError::Settings(problem.to_string()))?;
        let transcript = Transcript::hiding(setup.login.as_ref());
        let sent = self.attempt(&setup, letter, &transcript).await;
        sent.map_err(|failure| failure.to_error())
    }

    async fn rehearse(&self, settings: &[u8], to: &str) -> Rehearsal {
        let setup = match Setup::parse(settings) {
            Ok(setup) => setup,
            Err(problem) => {
                return Rehearsal {
                    lines: Vec::new(),
                    problem: Some(format!("The settings must be changed. {problem}.")),
                };
            }
        };
        let transcript = Transcript::hiding(setup.login.as_ref());
        let sent = self.attempt(&setup, &test_letter(to), &transcript).await;
        Rehearsal {
            lines: transcript.lines(),
            problem: sent.err().map(|failure| advise(&failure, &setup, to)),
        }
    }
}

fn test_letter(to: &str) -> Letter {
    let text = "This letter shows that Portcullis can send mail. Nothing needs to be done.";
    Letter {
        to: vec![to.to_owned()],
        subject: "Test letter from Portcullis".to_owned(),
        text: format!("{text}\n"),
        html: format!("<!DOCTYPE html><html lang=\"en\"><body><p>{text}</p></body></html>\n"),
    }
}
