//! Whatever places calls, seen from outside.

use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::oneshot;

use crate::{Digits, KeySource, Line, Outcome, PhoneNumber, Plan, Step, TrunkHealth, Verdict};

/// Places calls: by SIP, or through a provider's web service.
#[async_trait]
pub trait PhoneBackend: Send + Sync {
    /// Calls and stays with the call to its end. Whoever drops the future hangs up.
    async fn run(
        &self,
        call: CallSpec,
        verifier: &dyn Verifier,
        events: &dyn EventSink,
        cancel: Cancel,
    ) -> CallReport;

    fn health(&self) -> Vec<TrunkHealth>;
}

/// Resolves when the call is no longer wanted, also if the other end is merely dropped.
pub type Cancel = oneshot::Receiver<()>;

/// A call to place. That the number may be called has been checked.
#[derive(Clone, Debug)]
pub struct CallSpec {
    pub number: PhoneNumber,
    /// Tried once if the first number is not reached.
    pub backup: Option<PhoneNumber>,
    pub plan: Plan,
    /// A language tag, such as `de` or `de-AT`.
    pub language: String,
}

/// Checks a PIN where it is kept, in constant time, and counts the wrong ones.
#[async_trait]
pub trait Verifier: Send + Sync {
    async fn check(&self, entered: &Digits) -> Verdict;
}

/// For calls without a PIN.
pub struct NoPin;

#[async_trait]
impl Verifier for NoPin {
    async fn check(&self, _entered: &Digits) -> Verdict {
        Verdict::Unavailable
    }
}

/// Hears how far a call is: some of Queued, Dialing, Ringing, Answered, Waiting, and at last, once, Finished.
pub trait EventSink: Send + Sync {
    fn reached(&self, step: Step);
}

impl EventSink for tokio::sync::watch::Sender<Step> {
    fn reached(&self, step: Step) {
        self.send_replace(step);
    }
}

/// What the trail keeps of a call. No key is in it.
#[derive(Clone, Debug)]
pub struct CallReport {
    pub outcome: Outcome,
    pub line: Line,
    /// The trunk that connected it, or the last one tried.
    pub trunk: Option<String>,
    /// From dialling to the end.
    pub lasted: Duration,
    /// From the answer to the end; what the provider bills.
    pub connected: Duration,
    pub key_source: Option<KeySource>,
    pub voice: VoiceReport,
}

/// What went through the voice, in packets.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct VoiceReport {
    pub sent: u32,
    pub received: u32,
    /// From another address, port or source; not decrypted; not RTP. More than a few mean an attack.
    pub refused: u32,
    /// How many packets left how many milliseconds too late; the last entry holds all that were later.
    pub lateness: Vec<u32>,
}
