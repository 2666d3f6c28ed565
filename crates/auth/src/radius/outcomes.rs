use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use portcullis_model::{Peer, Timestamp};

/// What became of the last question to each server. It is this node's own view, and begins anew with each start.
#[derive(Default)]
pub(super) struct Outcomes(Mutex<BTreeMap<String, Peer>>);

/// More servers than any settings hold: names that are no longer there are forgotten then.
const MOST: usize = 64;

impl Outcomes {
    pub(super) fn answered(&self, name: &str, at: Timestamp) {
        self.change(name, |peer| {
            peer.answered_at = Some(at);
            peer.silent = None;
        });
    }

    pub(super) fn failed(&self, name: &str, at: Timestamp, why: String) {
        self.change(name, |peer| {
            let since = peer.silent.as_ref().map_or(at, |(since, _)| *since);
            peer.silent = Some((since, why));
        });
    }

    /// What is known of a server; of one that was never asked, nothing but its name.
    pub(super) fn of(&self, name: &str) -> Peer {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(name).cloned().unwrap_or_else(|| Peer {
            name: name.to_owned(),
            ..Peer::default()
        })
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Peer)) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if MOST <= known.len() && !known.contains_key(name) {
            known.clear();
        }
        let peer = known.entry(name.to_owned()).or_insert_with(|| Peer {
            name: name.to_owned(),
            ..Peer::default()
        });
        change(peer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_counts_from_its_beginning_and_ends_with_an_answer() {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let outcomes = Outcomes::default();
        assert_eq!(outcomes.of("a:1812").answered_at, None);

        outcomes.answered("a:1812", at(1));
        outcomes.failed("a:1812", at(2), "it did not answer in time".to_owned());
        outcomes.failed("a:1812", at(3), "it cannot be reached".to_owned());

        let silent = outcomes.of("a:1812");
        assert_eq!(silent.answered_at, Some(at(1)));
        assert_eq!(silent.silent, Some((at(2), "it cannot be reached".to_owned())));
        outcomes.answered("a:1812", at(4));
        assert_eq!(outcomes.of("a:1812").silent, None);
        assert_eq!(outcomes.of("b:1812").answered_at, None);
    }
}
