use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use portcullis_model::{Clock, Timestamp};

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct MockClock(AtomicI64);

impl MockClock {
    /// 2026-03-02T08:00:00Z, the start of a step of the authenticator apps.
    pub const START: Timestamp = Timestamp::from_micros(1_772_438_400_000_000);

    pub fn advance(&self, span: Duration) {
        let micros = i64::try_from(span.as_micros()).expect("tests do not move by 300,000 years");
        self.0.fetch_add(micros, Ordering::SeqCst);
    }

    pub fn set(&self, moment: Timestamp) {
        self.0.store(moment.micros(), Ordering::SeqCst);
    }
}

impl Default for MockClock {
    fn default() -> Self {
        Self(AtomicI64::new(Self::START.micros()))
    }
}

impl Clock for MockClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}
