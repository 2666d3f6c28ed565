use std::sync::Arc;

use portcullis_mail::SmtpMailer;
use portcullis_model::{Delivery, Letter, MailError, Mailer, Rehearsal, Speaker};
use portcullis_testkit::{MockClock, SeededChance, SmtpServer};
use serde_json::{Value, json};

pub(crate) fn mailer() -> SmtpMailer {
    SmtpMailer::new(Arc::new(MockClock::default()), Arc::new(SeededChance::new(7)))
}

/// Settings without a user.
pub(crate) fn anonymous(server: &SmtpServer, security: &str, port: u16) -> Value {
    json!({
        "host": "localhost",
        "port": port,
        "security": security,
        "from_address": "vault@example.test",
        "ca_pem": server.ca_pem(),
    })
}

/// Settings with the user whom the server knows.
pub(crate) fn signed_in(server: &SmtpServer, security: &str, port: u16) -> Value {
    let mut settings = anonymous(server, security, port);
    settings["username"] = SmtpServer::USERNAME.into();
    settings["password"] = SmtpServer::PASSWORD.into();
    settings
}

pub(crate) fn plain(server: &SmtpServer) -> Value {
    anonymous(server, "none", server.ports.plain)
}

pub(crate) fn letter(to: &[&str]) -> Letter {
    Letter {
        to: to.iter().map(|address| (*address).to_owned()).collect(),
        subject: "Your code".to_owned(),
        text: "Your code is 493817.\n".to_owned(),
        html: "<p>Your code is <b>493817</b>.</p>\n".to_owned(),
    }
}

pub(crate) async fn send(settings: &Value, letter: &Letter) -> Result<Delivery, MailError> {
    mailer().send(settings.to_string().as_bytes(), letter).await
}

pub(crate) async fn rehearse(settings: &Value, to: &str) -> Rehearsal {
    mailer().rehearse(settings.to_string().as_bytes(), to).await
}

/// The dialogue, one line each: `>` is us, `<` the server.
pub(crate) fn dialogue(rehearsal: &Rehearsal) -> String {
    let lines = rehearsal.lines.iter().map(|line| {
        let speaker = match line.speaker {
            Speaker::Us => '>',
            Speaker::Server => '<',
            Speaker::Note => '-',
        };
        format!("{speaker} {}\n", line.text)
    });
    lines.collect()
}

/// The plain words of a rehearsal that must have failed, with the dialogue on top when they are not as wanted.
pub(crate) async fn problem(settings: &Value, to: &str) -> String {
    let rehearsal = rehearse(settings, to).await;
    let dialogue = dialogue(&rehearsal);
    rehearsal
        .problem
        .unwrap_or_else(|| panic!("the server took the letter:\n{dialogue}"))
}
