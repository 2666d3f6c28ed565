use std::collections::{BTreeMap, HashMap};

use sipx_sip::{Timer, TransactionKey};
use tokio::time::Instant;

/// Which timer of which transaction is due when.
#[derive(Debug, Default)]
pub(super) struct Timetable {
    due: BTreeMap<(Instant, u64), (TransactionKey, Timer)>,
    entries: HashMap<(TransactionKey, Timer), (Instant, u64)>,
    number: u64,
}

impl Timetable {
    pub(super) fn set(&mut self, key: &TransactionKey, timer: Timer, at: Instant) {
        self.clear(key, timer);
        self.number += 1;
        let entry = (at, self.number);
        self.due.insert(entry, (key.clone(), timer));
        self.entries.insert((key.clone(), timer), entry);
    }

    pub(super) fn clear(&mut self, key: &TransactionKey, timer: Timer) {
        if let Some(entry) = self.entries.remove(&(key.clone(), timer)) {
            self.due.remove(&entry);
        }
    }

    /// Forgets all timers of a transaction that is over.
    pub(super) fn forget(&mut self, key: &TransactionKey) {
        for timer in Timer::ALL {
            self.clear(key, timer);
        }
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.due.keys().next().map(|(at, _)| *at)
    }

    /// Takes out the first one.
    pub(super) fn take(&mut self) -> Option<(TransactionKey, Timer)> {
        let (_, entry) = self.due.pop_first()?;
        self.entries.remove(&entry);
        Some(entry)
    }

    pub(super) fn len(&self) -> usize {
        self.due.len()
    }
}
