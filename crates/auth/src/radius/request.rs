use portcullis_model::{Chance, Secret};

use super::attribute::{
    CHAP_CHALLENGE, CHAP_PASSWORD, MESSAGE_AUTHENTICATOR, MS_CHAP_CHALLENGE, MS_CHAP2_RESPONSE,
    NAS_IDENTIFIER, SERVICE_TYPE, STATE, USER_NAME, USER_PASSWORD, VENDOR_SPECIFIC, wrap_microsoft,
};
use super::digest::hmac_md5;
use super::mschap::MsChap;
use super::packet::PacketWriter;
use super::password::{answer_chap, hide};
use super::settings::RadiusProtocol;

const ACCESS_REQUEST: u8 = 1;
/// The Service-Type of RFC 2865 §5.6 that asks for a yes or a no and for nothing else.
const AUTHENTICATE_ONLY: [u8; 4] = 8_u32.to_be_bytes();

/// What a server is asked.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) username: &'a str,
    pub(super) answer: &'a Secret,
    pub(super) nas_identifier: &'a str,
    pub(super) protocol: RadiusProtocol,
    /// What the server sent with its own question. It is for that server only.
    pub(super) state: Option<&'a [u8]>,
}

/// An Access-Request, and what a reply to it is judged by.
pub(super) struct Request {
    pub(super) bytes: Vec<u8>,
    pub(super) identifier: u8,
    pub(super) authenticator: [u8; 16],
    /// Only under MS-CHAPv2, where a yes must bring the server's proof.
    pub(super) ms_chap: Option<MsChap>,
}

impl Request {
    pub(super) fn draw(question: &Question<'_>, secret: &[u8], chance: &dyn Chance) -> Self {
        let [identifier] = chance.bytes();
        let authenticator = chance.bytes();
        let mut packet = PacketWriter::new(ACCESS_REQUEST, identifier, &authenticator);
        // First, as the answer to CVE-2024-3596 asks.
        let place = packet.put(MESSAGE_AUTHENTICATOR, &[0; 16]);
        packet.put(USER_NAME, question.username.as_bytes());
        let ms_chap = put_answer(&mut packet, question, secret, &authenticator, chance);
        packet.put(NAS_IDENTIFIER, question.nas_identifier.as_bytes());
        packet.put(SERVICE_TYPE, &AUTHENTICATE_ONLY);
        if let Some(state) = question.state {
            packet.put(STATE, state);
        }
        let mut bytes = packet.finish();
        let message_authenticator = hmac_md5(secret, &[&bytes]);
        bytes[place..place + 16].copy_from_slice(&message_authenticator);
        Self {
            bytes,
            identifier,
            authenticator,
            ms_chap,
        }
    }
}

fn put_answer(
    packet: &mut PacketWriter,
    question: &Question<'_>,
    secret: &[u8],
    authenticator: &[u8; 16],
    chance: &dyn Chance,
) -> Option<MsChap> {
    match question.protocol {
        RadiusProtocol::Pap => {
            packet.put(USER_PASSWORD, &hide(question.answer, secret, authenticator));
            None
        }
        RadiusProtocol::Chap => {
            let [identifier] = chance.bytes();
            let challenge = chance.bytes::<16>();
            packet.put(
                CHAP_PASSWORD,
                &answer_chap(question.answer, identifier, &challenge),
            );
            packet.put(CHAP_CHALLENGE, &challenge);
            None
        }
        RadiusProtocol::MsChapV2 => {
            let proof = MsChap::draw(question.username, question.answer, chance);
            for (kind, value) in [
                (MS_CHAP_CHALLENGE, &proof.challenge[..]),
                (MS_CHAP2_RESPONSE, &proof.response[..]),
            ] {
                packet.put(VENDOR_SPECIFIC, &wrap_microsoft(kind, value));
            }
            Some(proof)
        }
    }
}

#[cfg(test)]
mod tests;
