use super::*;
use crate::media::events;
use crate::media::srtp::Sealer;

const PEER: &str = "192.0.2.9:20000";

fn ear(key: Option<&MediaKey>) -> Ear {
    Ear::new(PEER.parse().unwrap(), vec![101, 96], key, false).unwrap()
}

fn key() -> MediaKey {
    MediaKey::parse("WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz").unwrap()
}

/// A press of `#` by the source `ssrc`.
fn press(ssrc: u32, payload_type: u8) -> Vec<Vec<u8>> {
    (1..=events::STEPS)
        .map(|step| {
            let mut packet = Vec::new();
            Header {
                payload_type,
                marker: step == 1,
                sequence: step,
                timestamp: 0,
                ssrc,
            }
            .write(&mut packet);
            packet.extend(events::payload(Key::POUND, step));
            packet
        })
        .collect()
}

fn hear(ear: &mut Ear, from: &str, packets: &[Vec<u8>]) -> Vec<Heard> {
    let mut heard = Vec::new();
    for packet in packets {
        ear.hear(from.parse().unwrap(), packet, |news| heard.push(news));
    }
    heard
}

const POUND: [Heard; 1] = [Heard::Key(Key::POUND, KeySource::Event)];

#[test]
fn the_peer_is_heard_with_the_offered_and_the_answered_payload_type() {
    assert_eq!(hear(&mut ear(None), PEER, &press(1, 101)), POUND);
    assert_eq!(hear(&mut ear(None), PEER, &press(1, 96)), POUND);
    assert_eq!(hear(&mut ear(None), PEER, &press(1, 97)), []);
}

#[test]
fn another_address_port_or_source_is_not_heard() {
    for stranger in ["192.0.2.8:20000", "192.0.2.9:20001", "[::1]:20000"] {
        let mut ear = ear(None);
        assert_eq!(hear(&mut ear, stranger, &press(1, 101)), []);
        assert_eq!(ear.dropped.strangers, 8);
    }
    let mut ear = ear(None);
    assert_eq!(hear(&mut ear, PEER, &press(1, 101)), POUND);
    assert_eq!(hear(&mut ear, PEER, &press(2, 101)), []);
    assert_eq!(ear.dropped.sources, 8);
}

#[test]
fn with_encryption_only_the_sealed_original_is_heard_and_only_once() {
    let key = key();
    let mut lock = Sealer::new(&key).unwrap();
    let sealed: Vec<_> = press(1, 101)
        .iter()
        .map(|packet| lock.seal(packet).unwrap())
        .collect();
    let mut ear = ear(Some(&key));

    assert_eq!(hear(&mut ear, PEER, &press(1, 101)), [], "plain");
    let mut tampered = sealed.clone();
    for packet in &mut tampered {
        packet[12] ^= 1;
    }
    assert_eq!(hear(&mut ear, PEER, &tampered), []);
    assert_eq!(ear.ssrc, None, "what is not genuine fixes nothing");
    assert_eq!(hear(&mut ear, PEER, &sealed), POUND);
    assert_eq!(hear(&mut ear, PEER, &sealed), [], "a replay");
    assert_eq!(ear.dropped.sealed, 24);

    let other = MediaKey::parse("AVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz").unwrap();
    let mut other_lock = Sealer::new(&other).unwrap();
    let forged: Vec<_> = press(1, 101)
        .iter()
        .map(|packet| other_lock.seal(packet).unwrap())
        .collect();
    assert_eq!(hear(&mut ear, PEER, &forged), []);
}

#[test]
fn tones_are_heard_only_where_they_may_be() {
    let mut samples = [0; 800];
    super::super::tones::tone(Key::POUND, 0, &mut samples);
    let packets: Vec<Vec<u8>> = samples
        .chunks(160)
        .zip(0..)
        .map(|(samples, number)| {
            let mut packet = Vec::new();
            let header = Header {
                payload_type: 8,
                marker: false,
                sequence: number,
                timestamp: u32::from(number) * 160,
                ssrc: 1,
            };
            header.write(&mut packet);
            packet.extend(samples.iter().map(|sample| Law::A.encode(*sample)));
            packet
        })
        .collect();

    assert_eq!(hear(&mut ear(None), PEER, &packets), []);
    let mut open = Ear::new(PEER.parse().unwrap(), vec![], None, true).unwrap();
    assert_eq!(
        hear(&mut open, PEER, &packets),
        [Heard::Key(Key::POUND, KeySource::InBand)]
    );
}

proptest::proptest! {
    #[test]
    fn no_datagram_makes_the_ear_panic_or_a_stranger_heard(
        datagrams in proptest::collection::vec((proptest::bool::ANY, proptest::collection::vec(proptest::num::u8::ANY, 0..64)), 0..40),
    ) {
        let mut plain = ear(None);
        let key = key();
        let mut sealed = ear(Some(&key));
        for (stranger, mut datagram) in datagrams {
            if let Some(first) = datagram.first_mut() {
                *first = 0x80 | *first & 0x3f;
            }
            let from = if stranger { "198.51.100.1:1" } else { PEER };
            let mut heard = 0;
            plain.hear(from.parse().unwrap(), &datagram, |_| heard += 1);
            proptest::prop_assert!(!stranger || heard == 0);
            sealed.hear(from.parse().unwrap(), &datagram, |_| heard += 100);
            proptest::prop_assert!(heard < 100, "nothing unsealed is heard");
        }
    }
}
