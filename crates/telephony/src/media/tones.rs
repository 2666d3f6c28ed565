//! Keys as tones in the voice (Q.23, Q.24): a detector that speech does not fool, and the tones themselves.

use std::f64::consts::TAU;

use crate::Key;

/// Samples in a window: bins of 78 Hz.
const WINDOW: usize = 102;
/// Windows overlap by half and begin every 6.4 ms.
const HOP: usize = 51;
/// A key takes so many equal windows (32 ms): tones of 40 ms pass however they lie, tones of 20 ms never do.
const ENOUGH: u32 = 4;
/// A key is released after so many windows without it, so that a lost packet does not double it.
const RELEASE: u32 = 4;
/// How much of the energy the two tones must hold.
const SHARE: f64 = 0.70;
/// Root mean square below which nothing is looked at: about −48 dBm0.
const QUIET: f64 = 120.0;
/// By how many decibels the higher tone may be weaker or stronger than the lower one.
const TWIST: std::ops::RangeInclusive<f64> = -9.5..=8.0;
const RATE: f64 = 8000.0;
const ROWS: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
const COLUMNS: [f64; 4] = [1209.0, 1336.0, 1477.0, 1633.0];
const LABELS: [[u8; 4]; 4] = [*b"123A", *b"456B", *b"789C", *b"*0#D"];

/// Finds keys in samples at 8 kHz.
pub(super) struct Detector {
    window: [f64; WINDOW],
    filled: usize,
    last: Option<(usize, usize)>,
    run: u32,
    held: Option<(usize, usize)>,
    gap: u32,
}

impl Detector {
    pub(super) fn new() -> Self {
        Self {
            window: [0.0; WINDOW],
            filled: 0,
            last: None,
            run: 0,
            held: None,
            gap: 0,
        }
    }

    /// Takes the next sample; returns a key when its press is certain.
    pub(super) fn push(&mut self, sample: i16) -> Option<Key> {
        self.window[self.filled] = f64::from(sample);
        self.filled += 1;
        if self.filled < WINDOW {
            return None;
        }
        let hit = hit(&self.window);
        self.window.copy_within(HOP.., 0);
        self.filled = WINDOW - HOP;
        self.run = match hit {
            Some(_) if hit == self.last => self.run + 1,
            Some(_) => 1,
            None => 0,
        };
        self.last = hit;
        if self.held.is_some() {
            if hit == self.held {
                self.gap = 0;
                return None;
            }
            self.gap += 1;
            if self.gap < RELEASE {
                return None;
            }
            self.held = None;
            self.gap = 0;
        }
        if self.run < ENOUGH {
            return None;
        }
        self.held = self.last;
        self.held.and_then(|(row, column)| Key::new(LABELS[row][column]))
    }
}

/// Row and column of the key that sounds in this window.
fn hit(window: &[f64; WINDOW]) -> Option<(usize, usize)> {
    let energy: f64 = window.iter().map(|sample| sample * sample).sum();
    let length = f64::from(u32::try_from(WINDOW).ok()?);
    if energy < length * QUIET * QUIET {
        return None;
    }
    let (row, low) = strongest(window, &ROWS)?;
    let (column, high) = strongest(window, &COLUMNS)?;
    // A pure tone of energy E has the power E·N/2.
    if low + high < SHARE * energy * length / 2.0 {
        return None;
    }
    if !TWIST.contains(&(10.0 * (high / low).log10())) {
        return None;
    }
    // Speech has overtones. Rows are not checked: 2·697 Hz lies in the lobe of 1336 Hz.
    if high / 8.0 < power(window, 2.0 * COLUMNS[column]) {
        return None;
    }
    Some((row, column))
}

fn strongest(window: &[f64; WINDOW], tones: &[f64; 4]) -> Option<(usize, f64)> {
    let powers = tones.iter().map(|tone| power(window, *tone));
    powers.enumerate().max_by(|a, b| a.1.total_cmp(&b.1))
}

/// Goertzel's algorithm.
fn power(window: &[f64; WINDOW], tone: f64) -> f64 {
    let coefficient = 2.0 * (TAU * tone / RATE).cos();
    let (mut last, mut before) = (0.0, 0.0);
    for sample in window {
        let next = sample + coefficient * last - before;
        before = last;
        last = next;
    }
    last * last + before * before - coefficient * last * before
}

/// The two tones of a key, for the samples from `first` on.
pub(super) fn tone(key: Key, first: usize, samples: &mut [i16]) {
    let place = (0..16).find(|place| LABELS[place / 4][place % 4] == key.label());
    let Some(place) = place else { return };
    let (low, high) = (ROWS[place / 4], COLUMNS[place % 4]);
    let mut time = f64::from(u32::try_from(first).unwrap_or(0));
    for sample in samples {
        let value = (TAU * low * time / RATE).sin() + (TAU * high * time / RATE).sin();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the sum of two sines is at most 2"
        )]
        {
            *sample = (value * 8000.0) as i16;
        }
        time += 1.0;
    }
}

#[cfg(test)]
#[path = "tones/tests.rs"]
mod tests;
