//! Changes good input at random. `PORTCULLIS_FUZZ_SECONDS` says for how long, `PORTCULLIS_FUZZ_SEED` where to begin.

use std::time::{Duration, Instant};

/// How long each fuzzer runs when nobody asks for more.
const SHORT: u64 = 2;

pub struct Mutator {
    state: u64,
    until: Instant,
    rounds: u64,
}

impl Default for Mutator {
    fn default() -> Self {
        Self::new()
    }
}

impl Mutator {
    pub fn new() -> Self {
        let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
        Self {
            state: number("PORTCULLIS_FUZZ_SEED").unwrap_or(1_u64).max(1),
            until: Instant::now() + Duration::from_secs(number("PORTCULLIS_FUZZ_SECONDS").unwrap_or(SHORT)),
            rounds: 0,
        }
    }

    /// Whether there is time for another round.
    pub fn goes_on(&mut self) -> bool {
        let goes_on = Instant::now() < self.until;
        self.rounds += u64::from(goes_on);
        if !goes_on {
            println!("{} rounds, the next seed would be {}", self.rounds, self.state);
        }
        goes_on
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 32).unwrap_or(0) % bound.max(1)
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// Flips, cuts, repeats and inserts, a few times.
    pub fn mutate(&mut self, good: &[u8]) -> Vec<u8> {
        const WORDS: [&[u8]; 12] = [
            b"\r\n",
            b"\r\n\r\n",
            b";tag=",
            b"4294967296",
            b"-1",
            b"\"",
            b"<",
            b"\0",
            b"\xff\xff",
            b"sip:",
            b",",
            b"%",
        ];
        let mut bytes = good.to_vec();
        for _ in 0..self.below(6) {
            let place = self.below(bytes.len());
            match self.below(6) {
                0 | 1 => {
                    if let Some(byte) = bytes.get_mut(place) {
                        *byte = u8::try_from(self.below(256)).unwrap_or(0);
                    }
                }
                2 => bytes.truncate(place),
                3 => {
                    let end = (place + self.below(40)).min(bytes.len());
                    bytes.drain(place.min(end)..end);
                }
                4 => {
                    let end = (place + self.below(80)).min(bytes.len());
                    let piece = bytes[place.min(end)..end].to_vec();
                    let to = self.below(bytes.len());
                    bytes.splice(to..to, piece);
                }
                _ => {
                    let word = *self.pick(&WORDS);
                    bytes.splice(place..place, word.iter().copied());
                }
            }
        }
        bytes
    }
}
