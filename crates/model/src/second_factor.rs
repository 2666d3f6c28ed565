use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::access::{UnknownWord, words};
use crate::{AppCodes, CallRequest, Chance, Secret, SettingsProblem, Timestamp, UserId, Username};

/// A kind of second factor. The order is that of their strength, the weakest first.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorKind {
    Email,
    Phone,
    TemporaryPass,
    BackupCode,
    Radius,
    Totp,
    WebAuthn,
}

words!(FactorKind {
    Email = "email",
    Phone = "phone",
    TemporaryPass = "temporary_pass",
    BackupCode = "backup_code",
    Radius = "radius",
    Totp = "totp",
    WebAuthn = "web_authn",
});

impl FactorKind {
    pub const ALL: [Self; 7] = [
        Self::Email,
        Self::Phone,
        Self::TemporaryPass,
        Self::BackupCode,
        Self::Radius,
        Self::Totp,
        Self::WebAuthn,
    ];

    /// The name in the sign-in log lines and on the screens.
    pub const fn label(self) -> &'static str {
        match self {
            Self::BackupCode => "Backup Code",
            Self::Email => "Email",
            Self::Phone => "Phone Call",
            Self::Radius => "RADIUS",
            Self::TemporaryPass => "Temporary Pass",
            Self::Totp => "Authenticator App",
            Self::WebAuthn => "Security Key",
        }
    }

    /// Whether people set it up themselves and have a name for each.
    pub const fn is_own(self) -> bool {
        matches!(self, Self::Phone | Self::Totp | Self::WebAuthn)
    }
}

/// One way to prove, after the first factor, that the person is who they say.
///
/// A factor keeps no state: the engine stores the enrolment and the challenge sealed, counts the attempts, expires the
/// challenge and applies policy.
#[async_trait]
pub trait SecondFactor: Send + Sync {
    fn kind(&self) -> FactorKind;

    /// Tells what is wrong with settings before they are stored.
    fn check(&self, _settings: &[u8]) -> Result<(), SettingsProblem> {
        Ok(())
    }

    /// Makes a new enrolment, and what the person must see of it, once.
    fn enrol(&self, newcomer: &Newcomer<'_>) -> Result<Enrolment, FactorError>;

    /// Shows an enrolment that is not confirmed yet once more.
    fn show(&self, person: &Username, enrolment: &[u8]) -> Result<Shown, FactorError>;

    /// Judges the first answer to an enrolment. What it accepts takes the place of the unconfirmed enrolment.
    async fn confirm(&self, proof: &Proof<'_>, answer: &Answer) -> Result<Verdict, FactorError> {
        self.verify(proof, answer).await
    }

    /// How many seconds the person's clock seems to be ahead, to explain a code that was not accepted while
    /// enrolling. Never used at sign-in, where it would tell a guesser something.
    fn clock_offset(&self, _enrolment: &[u8], _answer: &Answer) -> Option<i64> {
        None
    }

    /// Whether a proof begins with [`challenge`](Self::challenge).
    fn challenges(&self) -> bool {
        false
    }

    /// Starts a proof of any of the person's enrolments of this kind: draws the nonce or the code.
    async fn challenge(&self, _asking: &Asking<'_>) -> Result<Challenge, FactorError> {
        Ok(Challenge::default())
    }

    /// Starts a proof by somebody who has not said who they are. Nothing where the method cannot do that.
    fn challenge_anybody(&self) -> Result<Option<Challenge>, FactorError> {
        Ok(None)
    }

    /// Whose enrolment an answer to that claims to be of. It proves nothing, and anybody can claim anything.
    fn claimed(&self, _answer: &Answer) -> Option<UserId> {
        None
    }

    /// Judges such an answer for one enrolment. What it accepts has proven possession, and seen for itself who holds
    /// it: it may count as both proofs.
    async fn verify_alone(&self, _proof: &Proof<'_>, _answer: &Answer) -> Result<Verdict, FactorError> {
        Ok(Verdict::Reject)
    }

    /// Judges an answer for one enrolment. The engine asks for one enrolment after the other until one does not
    /// reject, at most once per answer.
    async fn verify(&self, proof: &Proof<'_>, answer: &Answer) -> Result<Verdict, FactorError>;

    /// What became of the last question to each server in `settings` that the method relies on, as this node knows it.
    fn peers(&self, _settings: &[u8]) -> Vec<Peer> {
        Vec::new()
    }

    /// What the person may see of an enrolment later; never what proves it.
    fn summarize(&self, enrolment: &[u8]) -> Result<FactorSummary, FactorError>;
}

/// Whom a new enrolment is for.
pub struct Newcomer<'a> {
    pub id: UserId,
    pub username: &'a Username,
    /// The person's enrolments of the same kind.
    pub own: &'a [&'a [u8]],
    /// What an administrator set for this kind; empty if nothing was.
    pub settings: &'a [u8],
    /// What was typed of it, such as a phone number; empty where nothing is.
    pub details: &'a str,
    pub chance: &'a dyn Chance,
}

/// Whom a challenge is for.
pub struct Asking<'a> {
    /// The person's enrolments of this kind.
    pub enrolments: &'a [&'a [u8]],
    /// What an administrator set for this kind; empty if nothing was.
    pub settings: &'a [u8],
    pub at: Timestamp,
    pub chance: &'a dyn Chance,
}

/// What an answer is judged by.
pub struct Proof<'a> {
    pub enrolment: &'a [u8],
    pub challenge: &'a Challenge,
    /// What an administrator set for this kind; empty if nothing was.
    pub settings: &'a [u8],
    pub chance: &'a dyn Chance,
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
    /// Nothing: there is nothing to keep or to scan.
    Nothing,
    /// A phone number, masked. It is called to confirm it.
    Number(String),
    /// Options for the browser, as JSON.
    Options(String),
    /// `key` is the secret in base 32, `uri` the same as an `otpauth:` address for the QR code.
    Totp {
        key: Secret,
        uri: Secret,
        app: AppCodes,
    },
}

/// What the engine must remember until the answer comes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Challenge {
    /// Shown to the person, if the method needs it: a prompt, or the options for the browser.
    pub public: String,
    /// Kept by the engine, sealed.
    pub private: Vec<u8>,
    /// A code that the engine must send to the person's e-mail addresses, and forget.
    pub code: Option<Secret>,
    /// A call that the engine must have placed; what comes of it is the answer.
    pub call: Option<Box<CallRequest>>,
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
    /// So far right, and there is one more question.
    Ask(Challenge),
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
    /// When it stops working by itself.
    pub ends_at: Option<Timestamp>,
    /// What its codes look like, if an app shows them.
    pub app: Option<AppCodes>,
    /// The phone number, masked.
    pub number: Option<String>,
    /// Whether it is a name at a phone agent, which nobody else can call.
    pub by_agent: bool,
    pub alone: Alone,
}

/// Whether an enrolment could be both proofs at once.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Alone {
    #[default]
    No,
    /// Nobody knows before it is tried.
    Perhaps,
    Yes,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SpentCode {
    pub at: Timestamp,
    pub address: String,
}

/// A server that a method relies on.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Peer {
    pub name: String,
    /// When it last answered.
    pub answered_at: Option<Timestamp>,
    /// Since when it has not answered, and how the last question failed.
    pub silent: Option<(Timestamp, String)>,
}

/// "Could not ask", as opposed to "asked, and no". Both deny.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    /// `text` is what the person reads: what did not answer, never why. `why` is for administrators: which server, and
    /// how it failed.
    #[error("{text} ({why})")]
    Unreachable { text: &'static str, why: String },
    #[error("the enrolment is damaged")]
    DamagedEnrolment,
    /// What was typed to set it up cannot be used, and why.
    #[error("{0}")]
    Details(String),
    /// An administrator has not set it up, or not rightly.
    #[error("the method is not set up: {0}")]
    Settings(String),
}
