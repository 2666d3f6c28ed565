use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use portcullis_telephony::{
    CallReport, CallSpec, Cancel, EventSink, Line, Outcome, PhoneBackend, Step, TrunkHealth, TrunkState,
    Verifier, VoiceReport,
};
use tokio::sync::Semaphore;

/// Places no call: each ends as the test says, as soon as it says so.
pub struct Switchboard {
    calls: Mutex<Vec<CallSpec>>,
    ends: Mutex<VecDeque<Outcome>>,
    /// One permit for each end that a test has set.
    told: Semaphore,
    under_way: AtomicUsize,
}

impl Default for Switchboard {
    fn default() -> Self {
        Self {
            calls: Mutex::default(),
            ends: Mutex::default(),
            told: Semaphore::new(0),
            under_way: AtomicUsize::new(0),
        }
    }
}

impl Switchboard {
    /// Ends the call that waits, or the next one.
    pub fn end(&self, outcome: Outcome) {
        self.ends.lock().expect("no test panics here").push_back(outcome);
        self.told.add_permits(1);
    }

    /// What was called so far.
    pub fn calls(&self) -> Vec<CallSpec> {
        self.calls.lock().expect("no test panics here").clone()
    }

    /// How many calls nobody has hung up.
    pub fn under_way(&self) -> usize {
        self.under_way.load(Ordering::SeqCst)
    }
}

/// Counts a call for as long as it lives.
struct Counted<'a>(&'a AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl PhoneBackend for Switchboard {
    async fn run(
        &self,
        call: CallSpec,
        _verifier: &dyn Verifier,
        events: &dyn EventSink,
        _cancel: Cancel,
    ) -> CallReport {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        let _counted = Counted(&self.under_way);
        self.calls.lock().expect("no test panics here").push(call);
        for step in [Step::Dialing, Step::Ringing, Step::Answered, Step::Waiting] {
            events.reached(step);
        }
        self.told.acquire().await.expect("it is never closed").forget();
        let outcome = self.ends.lock().expect("no test panics here").pop_front();
        let outcome = outcome.expect("there is an end for each permit");
        events.reached(Step::Finished(outcome));
        CallReport {
            outcome,
            line: Line::First,
            trunk: Some("switchboard".to_owned()),
            lasted: Duration::from_secs(9),
            connected: match outcome {
                Outcome::NotReached(_) => Duration::ZERO,
                _ => Duration::from_secs(4),
            },
            key_source: None,
            voice: VoiceReport::default(),
        }
    }

    fn health(&self) -> Vec<TrunkHealth> {
        vec![TrunkHealth {
            name: "switchboard".to_owned(),
            state: TrunkState::Well,
        }]
    }
}
