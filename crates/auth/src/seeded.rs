use std::sync::Mutex;

use portcullis_model::{Chance, Newcomer, UserId, Username};
use uuid::Uuid;

/// Repeatable chance for tests: `SplitMix64` (Steele, Lea, Flood 2014).
pub(crate) struct Seeded(Mutex<u64>);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Chance for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap();
        for chunk in bytes.chunks_mut(8) {
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut word = *state;
            word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
    }
}

/// Somebody who enrols for the first time.
pub(crate) fn newcomer<'a>(username: &'a Username, chance: &'a dyn Chance) -> Newcomer<'a> {
    Newcomer {
        id: UserId(Uuid::from_u128(7)),
        username,
        own: &[],
        settings: &[],
        details: "",
        chance,
    }
}
