use proptest::prelude::*;

use super::*;
use crate::radius::reply::read_unverified_radius_reply;

const EMPTY: [u8; HEADER] = [2, 7, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

#[test]
fn a_packet_without_attributes_is_a_packet() {
    let packet = Packet::parse(&EMPTY).ok().unwrap();

    assert_eq!((packet.code(), packet.identifier()), (2, 7));
    assert_eq!(packet.attributes().count(), 0);
}

#[test]
fn what_follows_the_packet_is_padding() {
    let padded = [&EMPTY[..], &[18, 3, b'x']].concat();

    assert_eq!(Packet::parse(&padded).ok().unwrap().attributes().count(), 0);
}

#[test]
fn every_wrong_length_is_refused() {
    let with = |length: u16, attributes: &[u8]| {
        let mut bytes = [&EMPTY[..], attributes].concat();
        bytes[2..4].copy_from_slice(&length.to_be_bytes());
        Packet::parse(&bytes).err()
    };

    assert_eq!(Packet::parse(&[]).err(), Some(RadiusPacketError::Short));
    assert_eq!(Packet::parse(&EMPTY[..19]).err(), Some(RadiusPacketError::Short));
    assert_eq!(with(19, &[]), Some(RadiusPacketError::Length));
    assert_eq!(with(21, &[]), Some(RadiusPacketError::Length));
    assert_eq!(with(4097, &[0; 5000]), Some(RadiusPacketError::Length));
    assert_eq!(with(21, &[18]), Some(RadiusPacketError::Attribute));
    assert_eq!(with(22, &[18, 0]), Some(RadiusPacketError::Attribute));
    assert_eq!(with(22, &[18, 1]), Some(RadiusPacketError::Attribute));
    assert_eq!(with(22, &[18, 3, b'x']), Some(RadiusPacketError::Attribute));
    assert_eq!(with(22, &[18, 2]), None);
}

proptest! {
    #[test]
    fn no_bytes_make_the_parsers_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = read_unverified_radius_reply(&bytes);
    }

    #[test]
    fn no_attributes_make_the_parsers_panic(
        code in any::<u8>(),
        attributes in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        let length = u16::try_from(HEADER + attributes.len()).unwrap().to_be_bytes();
        let mut bytes = [&EMPTY[..], &attributes].concat();
        bytes[0] = code;
        bytes[2..4].copy_from_slice(&length);

        let _ = read_unverified_radius_reply(&bytes);
    }

    #[test]
    fn what_is_written_is_read(
        code in any::<u8>(),
        identifier in any::<u8>(),
        authenticator in any::<[u8; 16]>(),
        attributes in proptest::collection::vec(
            (any::<u8>(), proptest::collection::vec(any::<u8>(), 0..=253)),
            0..15,
        ),
    ) {
        let mut writer = PacketWriter::new(code, identifier, &authenticator);
        for (kind, value) in &attributes {
            writer.put(*kind, value);
        }
        let bytes = writer.finish();

        let packet = Packet::parse(&bytes).ok().unwrap();

        prop_assert_eq!(packet.code(), code);
        prop_assert_eq!(packet.identifier(), identifier);
        prop_assert_eq!(packet.authenticator(), &authenticator[..]);
        let read: Vec<(u8, Vec<u8>)> = packet
            .attributes()
            .map(|attribute| (attribute.kind, attribute.value.to_vec()))
            .collect();
        prop_assert_eq!(read, attributes);
    }
}
