use std::fmt;
use std::io;

use super::reply::{MessageAuthenticator, NoReply, Reply};
use super::request::Request;

/// A request with what its reply is held against.
pub(super) struct Judge<'a> {
    pub(super) request: Request,
    pub(super) secret: &'a [u8],
    pub(super) rule: MessageAuthenticator,
}

impl Judge<'_> {
    /// The bytes to send.
    pub(super) fn request(&self) -> &[u8] {
        &self.request.bytes
    }

    pub(super) fn judge(&self, bytes: &[u8]) -> Result<Reply, NoReply> {
        self.request.judge(bytes, self.secret, self.rule)
    }
}

/// Why a server gave no reply. For the log; the person only reads that nobody answered.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("it did not answer in time{0}")]
    Silence(Ignored),
    #[error("it cannot be reached: {0}")]
    Network(#[from] io::Error),
    #[error("its name has no address")]
    NoAddress,
    #[error("its certificates in the settings cannot be used")]
    Settings,
}

/// What came while waiting, and was no reply.
#[derive(Debug, Default)]
pub(super) struct Ignored {
    count: u64,
    last: String,
}

impl Ignored {
    pub(super) fn add(&mut self, reason: &impl fmt::Display) {
        self.count += 1;
        self.last = reason.to_string();
    }
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            0 => Ok(()),
            count => write!(
                f,
                "; {count} times something else came, the last time: {}",
                self.last
            ),
        }
    }
}
