//! What goes out: recordings, keys of an extension, silence. One packet every 20 ms.

use std::collections::VecDeque;
use std::sync::Arc;

use super::events;
use super::g711::{Law, to_a_law};
use super::rtp::{Header, SAMPLES};
use super::srtp::{MediaKey, Sealer};
use super::tones;
use crate::{Extension, Key};

/// Packets of a tone, and of the pause behind it.
const TONE: u16 = 5;
const PAUSE: u16 = 3;
/// Packets of a `,`.
const COMMA: u16 = 100;

/// What was finished with a packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Spoken {
    Said { playlist: u32, prompts: usize },
    ExtensionSent,
}

pub(super) struct Mouth {
    law: Law,
    event_type: Option<u8>,
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    is_first: bool,
    sealer: Option<Sealer>,
    playlist: u32,
    said: usize,
    /// Recordings in µ-law, the first of which is being played.
    queue: VecDeque<Arc<[u8]>>,
    position: usize,
    dialling: VecDeque<Dial>,
    /// The timestamp at which the key of the moment began.
    pressed_at: u32,
}

#[derive(Clone, Copy)]
enum Dial {
    Event(Key, u16),
    Tone(Key, u16),
    Silence,
}

impl Mouth {
    pub(super) fn new(
        law: Law,
        event_type: Option<u8>,
        key: Option<&MediaKey>,
        chance: [u8; 10],
    ) -> Option<Self> {
        let sealer = match key {
            Some(key) => Some(Sealer::new(key)?),
            None => None,
        };
        Some(Self {
            law,
            event_type,
            ssrc: u32::from_be_bytes([chance[0], chance[1], chance[2], chance[3]]),
            // RFC 3711, section 3.3.1: in the lower half, so that the first packets cannot be taken for old ones.
            sequence: u16::from_be_bytes([chance[4] & 0x7f, chance[5]]),
            timestamp: u32::from_be_bytes([chance[6], chance[7], chance[8], chance[9]]),
            is_first: true,
            sealer,
            playlist: 0,
            said: 0,
            queue: VecDeque::new(),
            position: 0,
            dialling: VecDeque::new(),
            pressed_at: 0,
        })
    }

    /// Goes on with another law or other payload types.
    pub(super) fn speak_as(&mut self, law: Law, event_type: Option<u8>) {
        self.law = law;
        self.event_type = event_type;
    }

    pub(super) fn play(&mut self, playlist: u32, recordings: Vec<Arc<[u8]>>) {
        self.playlist = playlist;
        self.said = 0;
        self.queue = recordings.into();
        self.position = 0;
    }

    pub(super) fn hush(&mut self) {
        self.queue.clear();
        self.position = 0;
    }

    pub(super) fn dial(&mut self, extension: &Extension) {
        for label in extension.as_str().bytes() {
            let Some(key) = Key::new(label) else {
                self.dialling.extend((0..COMMA).map(|_| Dial::Silence));
                continue;
            };
            if self.event_type.is_some() {
                self.dialling
                    .extend((1..=events::STEPS).map(|step| Dial::Event(key, step)));
            } else {
                self.dialling.extend((0..TONE).map(|step| Dial::Tone(key, step)));
                self.dialling.extend((0..PAUSE).map(|_| Dial::Silence));
            }
        }
    }

    /// Writes the packet of the next 20 ms. Nothing is written if it cannot be encrypted.
    pub(super) fn speak(&mut self, packet: &mut Vec<u8>) -> Option<Spoken> {
        packet.clear();
        let spoken = match self.dialling.pop_front() {
            Some(dial) => {
                self.dial_step(dial, packet);
                self.dialling.is_empty().then_some(Spoken::ExtensionSent)
            }
            None => self.voice(packet),
        };
        self.is_first = false;
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(160);
        if let Some(sealer) = &mut self.sealer {
            match sealer.seal(packet) {
                Some(sealed) => *packet = sealed,
                None => packet.clear(),
            }
        }
        spoken
    }

    fn dial_step(&mut self, dial: Dial, packet: &mut Vec<u8>) {
        match (dial, self.event_type) {
            (Dial::Event(key, step), Some(payload_type)) => {
                if step == 1 {
                    self.pressed_at = self.timestamp;
                }
                let header = Header {
                    payload_type,
                    marker: step == 1,
                    sequence: self.sequence,
                    timestamp: self.pressed_at,
                    ssrc: self.ssrc,
                };
                header.write(packet);
                packet.extend(events::payload(key, step));
            }
            (Dial::Tone(key, step), _) => {
                let mut samples = [0; SAMPLES];
                tones::tone(key, usize::from(step) * SAMPLES, &mut samples);
                self.voice_header(packet);
                packet.extend(samples.map(|sample| self.law.encode(sample)));
            }
            _ => {
                self.voice_header(packet);
                packet.extend([self.law.silence(); SAMPLES]);
            }
        }
    }

    /// The next piece of the recordings, and silence behind them, which keeps the path open.
    fn voice(&mut self, packet: &mut Vec<u8>) -> Option<Spoken> {
        self.voice_header(packet);
        let mut left = SAMPLES;
        let mut spoken = None;
        while let Some(recording) = self.queue.front().filter(|_| 0 < left) {
            let piece = recording.get(self.position..).unwrap_or_default();
            let piece = &piece[..piece.len().min(left)];
            match self.law {
                Law::Mu => packet.extend(piece),
                Law::A => packet.extend(piece.iter().copied().map(to_a_law)),
            }
            left -= piece.len();
            self.position += piece.len();
            if recording.len() <= self.position {
                self.queue.pop_front();
                self.position = 0;
                self.said += 1;
                spoken = Some(Spoken::Said {
                    playlist: self.playlist,
                    prompts: self.said,
                });
            }
        }
        packet.extend(std::iter::repeat_n(self.law.silence(), left));
        spoken
    }

    fn voice_header(&self, packet: &mut Vec<u8>) {
        let header = Header {
            payload_type: self.law.payload_type(),
            marker: self.is_first,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
        };
        header.write(packet);
    }
}

#[cfg(test)]
#[path = "mouth/tests.rs"]
mod tests;
