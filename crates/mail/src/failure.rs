use std::error::Error as _;
use std::io::{self, ErrorKind};

use lettre::transport::smtp::Error as SmtpError;
use portcullis_model::MailError;
use rustls::CertificateError;

use crate::transcript::Transcript;

/// Where and why a conversation ended without success.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) step: Step,
    pub(crate) cause: Cause,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    Write,
    Lookup,
    Connect,
    Encrypt,
    Greet,
    StartTls,
    SignIn,
    Sender,
    Recipient,
    Content,
    /// All of it together.
    Conversation,
}

#[derive(Clone, Debug)]
pub(crate) enum Cause {
    /// The server said no. The text begins with the code.
    Reply {
        code: u16,
        text: String,
    },
    /// The server does not know how to do what this step needs.
    NotOffered,
    TimedOut,
    HungUp,
    Certificate(CertificateError),
    Handshake(String),
    Io(ErrorKind, String),
    /// What the server said is no reply.
    Garbled,
    /// The server, or somebody on the way, said more than it was asked for before the connection was encrypted.
    Smuggled,
    /// The letter cannot be written as it is.
    Unfit(&'static str),
}

impl Failure {
    pub(crate) fn new(step: Step, cause: Cause) -> Self {
        Self { step, cause }
    }

    pub(crate) fn of_io(step: Step, error: &io::Error) -> Self {
        Self::new(step, cause_of_io(error))
    }

    pub(crate) fn of_smtp(step: Step, error: &SmtpError, transcript: &Transcript) -> Self {
        Self::new(step, cause_of_smtp(error, transcript))
    }

    /// Whether the server still listens, so that one may say goodbye.
    pub(crate) fn is_polite(&self) -> bool {
        matches!(self.cause, Cause::Reply { .. } | Cause::NotOffered)
    }

    /// Whether no other letter would fare better.
    fn is_about_settings(&self) -> bool {
        !matches!(self.step, Step::Recipient | Step::Content)
    }

    pub(crate) fn to_error(&self) -> MailError {
        let text = self.to_string();
        match &self.cause {
            Cause::Reply { code: 500.., .. } | Cause::NotOffered if self.is_about_settings() => {
                MailError::Settings(text)
            }
            Cause::Reply { code: 500.., .. } | Cause::NotOffered | Cause::Unfit(_) => {
                MailError::Refused(text)
            }
            _ => MailError::Later(text),
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let step = match self.step {
            Step::Write => "writing the letter",
            Step::Lookup => "looking up the mail server",
            Step::Connect => "connecting",
            Step::Encrypt => "encrypting",
            Step::Greet => "greeting",
            Step::StartTls => "asking for encryption",
            Step::SignIn => "signing in",
            Step::Sender => "naming the sender",
            Step::Recipient => "naming the recipient",
            Step::Content => "handing over the letter",
            Step::Conversation => "talking to the mail server",
        };
        write!(f, "{step}: ")?;
        match &self.cause {
            Cause::Reply { text, .. } | Cause::Handshake(text) | Cause::Io(_, text) => f.write_str(text),
            Cause::NotOffered => f.write_str("the server does not offer it"),
            Cause::TimedOut => f.write_str("the server took too long"),
            Cause::HungUp => f.write_str("the server closed the connection"),
            Cause::Certificate(error) => write!(f, "{}", rustls::Error::from(error.clone())),
            Cause::Garbled => f.write_str("what came is no reply of a mail server"),
            Cause::Smuggled => f.write_str("the server spoke out of turn before the encryption"),
            Cause::Unfit(text) => f.write_str(text),
        }
    }
}

fn cause_of_smtp(error: &SmtpError, transcript: &Transcript) -> Cause {
    if let Some(code) = error.status() {
        let text = error.source().map(ToString::to_string).unwrap_or_default();
        return Cause::Reply {
            code: code.into(),
            text: transcript.clean(format!("{code} {text}").trim_end()),
        };
    }
    match error.source().and_then(|source| source.downcast_ref()) {
        Some(error) => cause_of_io(error),
        None if transcript.is_closed() => Cause::HungUp,
        None => Cause::Garbled,
    }
}

fn cause_of_io(error: &io::Error) -> Cause {
    if let Some(error) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    {
        return match error {
            rustls::Error::InvalidCertificate(error) => Cause::Certificate(error.clone()),
            _ => Cause::Handshake(error.to_string()),
        };
    }
    match error.kind() {
        ErrorKind::BrokenPipe
        | ErrorKind::ConnectionAborted
        | ErrorKind::ConnectionReset
        | ErrorKind::UnexpectedEof => Cause::HungUp,
        ErrorKind::InvalidData => Cause::Garbled,
        ErrorKind::TimedOut => Cause::TimedOut,
        kind => Cause::Io(kind, error.to_string()),
    }
}
