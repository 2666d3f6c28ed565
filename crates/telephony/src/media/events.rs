//! Keys as events beside the voice, RFC 4733.

use std::collections::VecDeque;

use super::rtp::Header;
use crate::Key;

/// A press that lasted this long counts even if only its end arrived: 40 ms, in samples.
const LONG_ENOUGH: u16 = 320;
/// How many events back a late packet may belong to.
const MEMORY: usize = 8;

/// Makes one key of the many packets of each press, whatever got lost, came twice or out of order.
#[derive(Debug, Default)]
pub(super) struct Events {
    // The last presses, each known by its timestamp.
    presses: VecDeque<Press>,
}

#[derive(Debug)]
struct Press {
    timestamp: u32,
    event: u8,
    /// Of the first packet.
    sequence: u16,
    is_reported: bool,
}

impl Events {
    /// Takes a packet of events; returns the key when its press is certain for the first time.
    pub(super) fn receive(&mut self, header: Header, payload: &[u8]) -> Option<Key> {
        let [event, flags, duration @ ..] = payload.first_chunk::<4>()?;
        let key = Key::of_event(*event)?;
        let is_end = flags & 0x80 != 0;
        let duration = u16::from_be_bytes(*duration);
        let is_certain_alone = is_end && LONG_ENOUGH <= duration;
        if let Some(press) = self
            .presses
            .iter_mut()
            .find(|press| press.timestamp == header.timestamp)
        {
            let is_second = press.event == *event && press.sequence != header.sequence;
            if press.is_reported || !(is_second || is_certain_alone && press.event == *event) {
                return None;
            }
            press.is_reported = true;
            return Some(key);
        }
        if self.presses.len() == MEMORY {
            self.presses.pop_front();
        }
        self.presses.push_back(Press {
            timestamp: header.timestamp,
            event: *event,
            sequence: header.sequence,
            is_reported: is_certain_alone,
        });
        is_certain_alone.then_some(key)
    }
}

/// The payload of the `step`-th packet of a press of 100 ms: five while it lasts, then its end three times.
pub(super) fn payload(key: Key, step: u16) -> [u8; 4] {
    let duration = 160 * step.min(PRESSED);
    let end = if PRESSED < step { 0x80 } else { 0 };
    let [high, low] = duration.to_be_bytes();
    [key.event(), end | LOUDNESS, high, low]
}

/// −10 dBm0.
const LOUDNESS: u8 = 0x0a;
/// Packets while the key is held.
const PRESSED: u16 = 5;
/// All packets of a press.
pub(super) const STEPS: u16 = PRESSED + 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn header(sequence: u16, timestamp: u32) -> Header {
        Header {
            payload_type: 101,
            marker: false,
            sequence,
            timestamp,
            ssrc: 1,
        }
    }

    fn keys(packets: &[(u16, u32, [u8; 4])]) -> String {
        let mut events = Events::default();
        packets
            .iter()
            .filter_map(|(sequence, timestamp, payload)| {
                events.receive(header(*sequence, *timestamp), payload)
            })
            .map(|key| char::from(key.label()))
            .collect()
    }

    fn press(sequence: u16, timestamp: u32, label: u8) -> Vec<(u16, u32, [u8; 4])> {
        let key = Key::new(label).unwrap();
        (1..=STEPS)
            .map(|step| (sequence + step, timestamp, payload(key, step)))
            .collect()
    }

    #[test]
    fn what_we_send_is_one_key_each() {
        let sent = [press(0, 0, b'4'), press(10, 1600, b'4'), press(20, 3200, b'#')].concat();

        assert_eq!(keys(&sent), "44#");
    }

    #[test]
    fn duplicates_and_late_packets_add_no_key() {
        let (first, second) = (press(0, 0, b'1'), press(10, 1600, b'2'));
        let twice = [
            first.clone(),
            first.clone(),
            second.clone(),
            first[..4].to_vec(),
            second,
        ]
        .concat();

        assert_eq!(keys(&twice), "12");
    }

    #[test]
    fn a_press_survives_the_loss_of_all_but_two_packets_or_its_end() {
        let all = press(0, 0, b'7');

        assert_eq!(keys(&all[1..3]), "7");
        assert_eq!(keys(&all[7..8]), "7");
        assert_eq!(keys(&all[0..1]), "", "one packet is not enough");
        assert_eq!(keys(&[all[2], all[2], all[2]]), "", "nor is the same one again");
    }

    #[test]
    fn packets_out_of_order_are_one_key() {
        let mut all = press(0, 0, b'9');
        all.reverse();

        assert_eq!(keys(&all), "9");
    }

    #[test]
    fn an_end_that_came_too_early_and_other_events_are_no_keys() {
        assert_eq!(keys(&[(1, 0, [11, 0x8a, 0, 160])]), "");
        assert_eq!(keys(&[(1, 0, [16, 0x8a, 3, 32])]), "", "a hook flash");
        assert_eq!(
            keys(&[(1, 0, [11, 0, 0, 160]), (2, 0, [10, 0, 1, 64])]),
            "",
            "two keys at one time"
        );
    }
}
