use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;

use crate::access::{UnknownWord, words};
use crate::{Chance, Secret, Timestamp, Username};

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum FactorKind {
    BackupCode,
    Totp,
}

words!(FactorKind { BackupCode = "backup_code", Totp = "totp" });

impl FactorKind {
    /// The name in the sign-in log lines and on the screens.
    pub const fn label(self) -> &'static str {
        match self {
            Self::BackupCode => "Backup Code",
            Self::Totp => "Authenticator App",
        }
    }
}

/// One way to prove, after the first factor, that the person is who they say.
///
/// A factor keeps no state: the engine stores the enrolment sealed, counts the attempts, expires the
/// challenge and applies policy.
#[async_trait]
pub trait SecondFactor: Send + Sync {
    fn kind(&self) -> FactorKind;

    /// Makes a new enrolment for `person`, and what they must see of it, once.
    fn enrol(&self, person: &Username, chance: &dyn Chance) -> Result<Enrolment, FactorError>;

    /// Shows an enrolment that is not confirmed yet once more.
    fn show(&self, person: &Username, enrolment: &[u8]) -> Result<Shown, FactorError>;

    /// How many seconds the person's clock seems to be ahead, to explain a code that was not accepted while
    /// enrolling. Never used at sign-in, where it would tell a guesser something.
    fn clock_offset(&self, _enrolment: &[u8], _answer: &Answer) -> Option<i64> {
        None
    }

    /// Starts a proof: places the call, sends the mail, draws the nonce.
    async fn challenge(&self, enrolment: &[u8]) -> Result<Challenge, FactorError>;

    /// Judges an answer given at `now` from `address`. The engine calls this at most once per answer.
    async fn verify(
        &self,
        enrolment: &[u8],
        challenge: &Challenge,
        answer: &Answer,
    ) -> Result<Verdict, FactorError>;

    /// What the person may see of an enrolment later; never what proves it.
    fn summarize(&self, enrolment: &[u8]) -> Result<FactorSummary, FactorError>;
}

/// A fresh enrolment.
pub struct Enrolment {
    /// Kept by the engine, sealed.
    pub private: Vec<u8>,
    /// Shown to the person once.
    pub shown: Shown,
}

/// What a person sees of a fresh enrolment.
#[derive(Clone, Debug)]
pub enum Shown {
    Codes(Vec<Secret>),
    /// `key` is the secret in base 32, `uri` the same as an `otpauth:` address for the QR code.
    Totp {
        key: Secret,
        uri: Secret,
    },
}

/// What the engine must remember until the answer comes.
#[derive(Clone, Debug, Default)]
pub struct Challenge {
    /// Sent to the browser, if the method needs it.
    pub public: Vec<u8>,
    /// Kept by the engine, sealed.
    pub private: Vec<u8>,
}

/// What the person typed, when and from where.
#[derive(Clone, Debug)]
pub struct Answer {
    pub code: Secret,
    pub at: Timestamp,
    pub address: String,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// `enrolment` replaces the stored one: a used step, a spent code, a higher counter.
    Accept {
        enrolment: Option<Vec<u8>>,
    },
    Reject,
    /// Not yet known: ask again.
    Wait,
}

/// What the person may see of an enrolment.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FactorSummary {
    /// How many proofs are left, where they are counted.
    pub left: Option<usize>,
    pub spent: Vec<SpentCode>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SpentCode {
    pub at: Timestamp,
    pub address: String,
}

/// "Could not ask", as opposed to "asked, and no". Both deny.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    #[error("the {0} service cannot be reached")]
    Unreachable(&'static str),
    #[error("the enrolment is damaged")]
    DamagedEnrolment,
}
