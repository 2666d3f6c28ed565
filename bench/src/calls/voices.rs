//! The voices of many telephones, in a process of its own: each packet is answered with one, and after a while keys are
//! pressed.

use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};
use std::process::{Child, Command};
use std::time::Duration;

use anyhow::{Context, Result};

/// What everybody presses. A key that is pressed twice must be heard twice.
pub(super) const KEYS: &str = "4711#";
/// Which argument makes this program the telephones.
pub(crate) const NAME: &str = "voices";
/// A packet has 20 ms of voice.
const SAMPLES: u16 = 160;
/// The type that the description in the answer gives to keys.
const EVENT: u8 = 96;
/// How loud a key is, in dB below full scale.
const LOUDNESS: u8 = 0x0a;
/// A key is held for so many packets, told to be over by so many more, and followed by so many of silence.
const HELD: u16 = 5;
const OVER: u16 = 3;
const BETWEEN: u16 = 4;

/// The process. It ends with this.
pub(super) struct Voices(Child);

impl Voices {
    /// On core 0, at `port`; keys are pressed `after` the first packet of each call.
    pub(super) fn start(port: u16, after: Duration) -> Result<Self> {
        let packets = after.as_millis() / 20;
        let process = Command::new("taskset")
            .args(["-c", "0"])
            .arg(std::env::current_exe()?)
            .args([NAME, &port.to_string(), &packets.to_string()])
            .spawn()
            .context("taskset")?;
        Ok(Self(process))
    }
}

impl Drop for Voices {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Answers until it is killed.
pub(crate) fn answer(port: u16, packets: u32) -> Result<()> {
    let socket = UdpSocket::bind(("127.0.0.1", port))?;
    let mut calls: HashMap<SocketAddr, Voice> = HashMap::new();
    let mut packet = [0; 2048];
    loop {
        let (_, from) = socket.recv_from(&mut packet)?;
        let voice = calls.entry(from).or_insert_with(|| Voice::new(from, packets));
        let _ = socket.send_to(&voice.next(), from);
    }
}

/// What one telephone sends.
struct Voice {
    source: u32,
    sequence: u16,
    time: u32,
    /// Packets until the keys.
    until: u32,
    keys: Vec<u8>,
    /// Where in the current key this is, in packets.
    place: u16,
    begun: u32,
}

impl Voice {
    fn new(peer: SocketAddr, until: u32) -> Self {
        Self {
            source: 0x5000_0000 | u32::from(peer.port()),
            sequence: peer.port(),
            time: u32::from(peer.port()) * 7,
            until,
            keys: KEYS.bytes().rev().collect(),
            place: 0,
            begun: 0,
        }
    }

    fn next(&mut self) -> Vec<u8> {
        self.sequence = self.sequence.wrapping_add(1);
        self.time = self.time.wrapping_add(SAMPLES.into());
        if 0 < self.until {
            self.until -= 1;
            return self.speech();
        }
        let Some(key) = self.keys.last().copied() else {
            return self.speech();
        };
        let place = self.place;
        self.place += 1;
        if place == 0 {
            self.begun = self.time;
        }
        if place < HELD + OVER {
            return self.key(key, place);
        }
        if place + 1 == HELD + OVER + BETWEEN {
            self.place = 0;
            self.keys.pop();
        }
        self.speech()
    }

    /// µ-law that is not silent and not a key.
    fn speech(&self) -> Vec<u8> {
        let mut packet = self.head(0, self.time);
        packet.extend((0..SAMPLES).map(|sample| if sample % 20 < 10 { 0xb0 } else { 0x30 }));
        packet
    }

    fn key(&self, key: u8, place: u16) -> Vec<u8> {
        let event = if key == b'#' { 11 } else { key - b'0' };
        let over = if place < HELD { 0 } else { 0x80 };
        let kind = EVENT | if place == 0 { 0x80 } else { 0 };
        let mut packet = self.head(kind, self.begun);
        packet.extend([event, over | LOUDNESS]);
        packet.extend((SAMPLES * (place + 1).min(HELD)).to_be_bytes());
        packet
    }

    fn head(&self, kind: u8, time: u32) -> Vec<u8> {
        let mut head = vec![0x80, kind];
        head.extend(self.sequence.to_be_bytes());
        head.extend(time.to_be_bytes());
        head.extend(self.source.to_be_bytes());
        head
    }
}
