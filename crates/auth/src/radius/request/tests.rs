use data_encoding::HEXLOWER;

use super::*;
use crate::radius::attribute::{Attribute, microsoft};
use crate::radius::forge::{SECRET, value_of};
use crate::radius::packet::{HEADER, Packet};
use crate::seeded::Seeded;

#[test]
fn the_message_authenticator_is_that_of_rfc_3579_and_comes_first() {
    for protocol in [
        RadiusProtocol::Pap,
        RadiusProtocol::Chap,
        RadiusProtocol::MsChapV2,
    ] {
        let bytes = draw(protocol, None).bytes;

        assert_eq!(bytes[HEADER..HEADER + 2], [MESSAGE_AUTHENTICATOR, 18]);
        let (before, after) = (&bytes[..HEADER + 2], &bytes[HEADER + 18..]);
        assert_eq!(
            hmac_md5(SECRET, &[before, &[0; 16], after]),
            bytes[HEADER + 2..HEADER + 18]
        );
    }
}

/// The Status-Server packet of RFC 5997 §6.1, whose Message-Authenticator is reckoned alike.
#[test]
fn the_hmac_is_that_of_rfc_5997() {
    let packet = HEXLOWER
        .decode(b"0cda00268a54f4686fb394c52866e302185d062350125a665e2e1e8411f3e243822097c84fa3")
        .unwrap();

    assert_eq!(hmac_md5(b"xyzzy5461", &[&packet[..22], &[0; 16]]), packet[22..]);
}

#[test]
fn each_protocol_sends_its_own_attributes_and_no_others() {
    let kinds = |protocol| -> Vec<u8> {
        let request = draw(protocol, Some(b"state"));
        let packet = Packet::parse(&request.bytes).ok().unwrap();
        packet.attributes().map(|Attribute { kind, .. }| kind).collect()
    };

    assert_eq!(kinds(RadiusProtocol::Pap), [80, 1, 2, 32, 6, 24]);
    assert_eq!(kinds(RadiusProtocol::Chap), [80, 1, 3, 60, 32, 6, 24]);
    assert_eq!(kinds(RadiusProtocol::MsChapV2), [80, 1, 26, 26, 32, 6, 24]);
}

#[test]
fn ms_chap_v2_sends_its_challenge_and_its_response() {
    let request = draw(RadiusProtocol::MsChapV2, None);
    let packet = Packet::parse(&request.bytes).ok().unwrap();
    let value = |kind| -> Vec<u8> {
        let mut values = packet
            .all(VENDOR_SPECIFIC)
            .flat_map(|value| microsoft(value, kind));
        values.next().unwrap().to_vec()
    };
    let proof = request.ms_chap.as_ref().unwrap();

    assert_eq!(value(MS_CHAP_CHALLENGE), proof.challenge);
    assert_eq!(value(MS_CHAP2_RESPONSE), proof.response);
}

#[test]
fn the_name_and_the_state_are_sent_as_they_are() {
    let bytes = draw(RadiusProtocol::Pap, Some(b"\x00\xff state")).bytes;

    assert_eq!(value_of(&bytes, USER_NAME).unwrap(), b"d.okafor");
    assert_eq!(value_of(&bytes, NAS_IDENTIFIER).unwrap(), b"portcullis");
    assert_eq!(value_of(&bytes, STATE).unwrap(), b"\x00\xff state");
}

#[test]
fn the_longest_values_fit() {
    let long = "x".repeat(253);
    let question = Question {
        username: &long,
        answer: &Secret::new("y".repeat(128)),
        nas_identifier: &long,
        protocol: RadiusProtocol::Pap,
        state: Some(long.as_bytes()),
    };

    let request = Request::draw(&question, SECRET, &Seeded::new(1));

    assert!(Packet::parse(&request.bytes).is_ok());
}

#[test]
fn no_two_requests_have_the_same_authenticator() {
    let chance = Seeded::new(1);
    let answer = Secret::new("123456");

    let [first, second] = [(); 2].map(|()| Request::draw(&question(&answer), SECRET, &chance));

    assert_ne!(first.authenticator, second.authenticator);
}

fn draw(protocol: RadiusProtocol, state: Option<&[u8]>) -> Request {
    let answer = Secret::new("123456");
    let question = Question {
        protocol,
        state,
        ..question(&answer)
    };
    Request::draw(&question, SECRET, &Seeded::new(1))
}

fn question(answer: &Secret) -> Question<'_> {
    Question {
        username: "d.okafor",
        answer,
        nas_identifier: "portcullis",
        protocol: RadiusProtocol::Pap,
        state: None,
    }
}
