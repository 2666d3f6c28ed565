use std::time::{Duration, Instant};

/// How long each of many calls took.
#[derive(Default)]
pub(crate) struct Latencies {
    taken: Vec<Duration>,
}

impl Latencies {
    pub(crate) fn add(&mut self, since: Instant) {
        self.taken.push(since.elapsed());
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.taken.extend(other.taken);
    }

    pub(crate) fn len(&self) -> usize {
        self.taken.len()
    }

    /// The time that `percent` of the calls did not exceed, in milliseconds.
    pub(crate) fn percentile(&mut self, percent: usize) -> f64 {
        self.taken.sort_unstable();
        let index = (self.taken.len() * percent / 100).min(self.taken.len().saturating_sub(1));
        self.taken
            .get(index)
            .map_or(0.0, |taken| taken.as_secs_f64() * 1000.0)
    }
}
