//! Sends letters over SMTP, and explains in plain words why one did not leave.

mod advice;
mod conversation;
mod failure;
mod mailer;
mod message;
mod settings;
mod setup;
mod tls;
mod transcript;
mod wire;

pub use mailer::SmtpMailer;
pub use settings::{MailSettings, Security};
