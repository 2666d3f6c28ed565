//! What comes in. Nothing but the negotiated peer is heard: its address, its port, its source.

use std::net::SocketAddr;

use super::events::Events;
use super::g711::Law;
use super::machine::Machine;
use super::rtp::{Header, ssrc_of};
use super::srtp::{MediaKey, Opener};
use super::tones::Detector;
use crate::{Key, KeySource};

/// Something that was heard.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Heard {
    Key(Key, KeySource),
    /// Somebody speaks like a machine.
    Machine,
}

/// What was dropped, and why. For the report of the call.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Dropped {
    /// From another address or port.
    pub(crate) strangers: u32,
    /// From the right address, but of another source.
    pub(crate) sources: u32,
    /// Not decrypted, or heard before.
    pub(crate) sealed: u32,
    /// Not RTP.
    pub(crate) broken: u32,
}

pub(super) struct Ear {
    peer: SocketAddr,
    /// Fixed by the first good packet of the answered call.
    ssrc: Option<u32>,
    /// The payload types of events: what we offered and what was answered, as peers use either.
    event_types: Vec<u8>,
    opener: Option<Opener>,
    events: Events,
    /// Only where policy allows tones and the peer sends no events.
    detector: Option<Detector>,
    machine: Machine,
    pub(super) received: u32,
    pub(super) dropped: Dropped,
}

impl Ear {
    /// A `key` that cannot be used yields an ear that hears nothing.
    pub(super) fn new(
        peer: SocketAddr,
        event_types: Vec<u8>,
        key: Option<&MediaKey>,
        in_band: bool,
    ) -> Option<Self> {
        let opener = match key {
            Some(key) => Some(Opener::new(key)?),
            None => None,
        };
        Some(Self {
            peer,
            ssrc: None,
            event_types,
            opener,
            events: Events::default(),
            detector: in_band.then(Detector::new),
            machine: Machine::default(),
            received: 0,
            dropped: Dropped::default(),
        })
    }

    /// Takes a datagram and hands on what is in it.
    pub(super) fn hear(&mut self, from: SocketAddr, datagram: &[u8], mut news: impl FnMut(Heard)) {
        if from != self.peer {
            self.dropped.strangers += 1;
            return;
        }
        let Some(ssrc) = ssrc_of(datagram) else {
            self.dropped.broken += 1;
            return;
        };
        if self.ssrc.is_some_and(|known| known != ssrc) {
            self.dropped.sources += 1;
            return;
        }
        let mut clear = None;
        if let Some(opener) = &mut self.opener {
            clear = opener.open(datagram);
            if clear.is_none() {
                self.dropped.sealed += 1;
                return;
            }
        }
        let Some((header, payload)) = Header::read(clear.as_deref().unwrap_or(datagram)) else {
            self.dropped.broken += 1;
            return;
        };
        self.ssrc = Some(ssrc);
        self.received += 1;
        if self.event_types.contains(&header.payload_type) {
            if let Some(key) = self.events.receive(header, payload) {
                news(Heard::Key(key, KeySource::Event));
            }
        } else if let Some(law) = Law::of_payload_type(header.payload_type) {
            if self.machine.hear(payload.iter().map(|byte| law.decode(*byte))) {
                news(Heard::Machine);
            }
            if let Some(detector) = &mut self.detector {
                for byte in payload {
                    if let Some(key) = detector.push(law.decode(*byte)) {
                        news(Heard::Key(key, KeySource::InBand));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "ear/tests.rs"]
mod tests;
