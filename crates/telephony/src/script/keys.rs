use std::time::Duration;

use crate::{Key, KeySource};

/// The same key may come as an event and as INFO; within this time it is one key.
const ECHO: Duration = Duration::from_millis(500);

/// Lets each press through once: only the best source that a call has shown so far counts.
#[derive(Debug, Default)]
pub(super) struct KeyFilter {
    last: Option<(Key, KeySource, Duration)>,
}

impl KeyFilter {
    /// Says whether this is a press that was not heard before.
    pub(super) fn admit(&mut self, now: Duration, key: Key, source: KeySource) -> bool {
        let Some((last, best, at)) = self.last else {
            self.last = Some((key, source, now));
            return true;
        };
        if source < best {
            return false;
        }
        self.last = Some((key, source, now));
        source == best || key != last || at + ECHO < now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(label: u8) -> Key {
        Key::new(label).unwrap()
    }

    #[test]
    fn a_key_by_two_ways_is_one_key() {
        let mut filter = KeyFilter::default();
        let at = Duration::from_millis;

        assert!(filter.admit(at(0), key(b'1'), KeySource::Info));
        assert!(
            !filter.admit(at(300), key(b'1'), KeySource::Event),
            "the same press"
        );
        assert!(
            !filter.admit(at(400), key(b'2'), KeySource::Info),
            "the worse way is out"
        );
        assert!(filter.admit(at(450), key(b'2'), KeySource::Event));
        assert!(!filter.admit(at(460), key(b'2'), KeySource::InBand));
    }

    #[test]
    fn a_key_pressed_twice_is_two_keys() {
        let mut filter = KeyFilter::default();

        assert!(filter.admit(Duration::ZERO, key(b'1'), KeySource::Event));
        assert!(filter.admit(Duration::from_millis(160), key(b'1'), KeySource::Event));
    }
}
