use portcullis_crypto::equal;

use super::attribute::{
    MESSAGE_AUTHENTICATOR, MS_CHAP2_SUCCESS, PROMPT, PROXY_STATE, REPLY_MESSAGE, STATE, VENDOR_SPECIFIC,
    microsoft,
};
use super::digest::{hmac_md5, md5};
use super::packet::{Packet, RadiusPacketError};
use super::prompt::clean;
use super::request::Request;

const ACCESS_ACCEPT: u8 = 2;
const ACCESS_REJECT: u8 = 3;
const ACCESS_CHALLENGE: u8 = 11;
/// The value of Prompt that lets the person see what they type: RFC 2869 §5.10.
const ECHO: [u8; 4] = 1_u32.to_be_bytes();

/// What a server said.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Reply {
    Accept,
    Reject,
    Challenge(ServerQuestion),
}

/// What a server wants to know next.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct ServerQuestion {
    /// One line, without anything that could mislead; may be empty.
    pub(super) prompt: String,
    /// Whether the person may see what they type.
    pub(super) echo: bool,
    pub(super) state: Option<Vec<u8>>,
}

/// Whether a reply may do without a Message-Authenticator. One that is there must be right in either case.
#[derive(Clone, Copy)]
pub(super) enum MessageAuthenticator {
    Required,
    Optional,
}

/// Why a packet is not the reply to a request.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum NoReply {
    #[error(transparent)]
    Packet(#[from] RadiusPacketError),
    #[error("the identifier is that of another request")]
    Identifier,
    #[error("the code is none of Accept, Reject and Challenge")]
    Code,
    #[error("the response authenticator is wrong")]
    ResponseAuthenticator,
    #[error("it has no Message-Authenticator")]
    NoMessageAuthenticator,
    #[error("the Message-Authenticator is wrong")]
    MessageAuthenticator,
    #[error("it has a Proxy-State, and none was sent")]
    ProxyState,
    #[error("it has two State attributes")]
    State,
    #[error("it does not prove that the server knows the password")]
    ServerProof,
}

impl Request {
    /// Reads `bytes` as the reply to this request. The digests come first: what fails them is not read.
    pub(super) fn judge(
        &self,
        bytes: &[u8],
        secret: &[u8],
        rule: MessageAuthenticator,
    ) -> Result<Reply, NoReply> {
        let packet = Packet::parse(bytes)?;
        if packet.identifier() != self.identifier {
            return Err(NoReply::Identifier);
        }
        let response_authenticator = md5(&[
            packet.beginning(),
            &self.authenticator,
            packet.attribute_bytes(),
            secret,
        ]);
        if !equal(&response_authenticator, packet.authenticator()) {
            return Err(NoReply::ResponseAuthenticator);
        }
        self.check_message_authenticator(&packet, secret, rule)?;
        // The collision of CVE-2024-3596 travels in one. A server only copies those of the request.
        if packet.all(PROXY_STATE).next().is_some() {
            return Err(NoReply::ProxyState);
        }
        let reply = read(&packet)?;
        match &self.ms_chap {
            Some(proof) if reply == Reply::Accept => {
                let mut successes = packet
                    .all(VENDOR_SPECIFIC)
                    .flat_map(|value| microsoft(value, MS_CHAP2_SUCCESS));
                match (successes.next(), successes.next()) {
                    (Some(success), None) if proof.is_proved_by(success) => Ok(reply),
                    _ => Err(NoReply::ServerProof),
                }
            }
            _ => Ok(reply),
        }
    }

    /// RFC 3579 §3.2: the HMAC of the reply with the request's authenticator and zeros in its own place.
    fn check_message_authenticator(
        &self,
        packet: &Packet<'_>,
        secret: &[u8],
        rule: MessageAuthenticator,
    ) -> Result<(), NoReply> {
        let mut found = packet.all(MESSAGE_AUTHENTICATOR);
        let value = match (found.next(), found.next(), rule) {
            (Some(value), None, _) => value,
            (None, _, MessageAuthenticator::Optional) => return Ok(()),
            (None, _, MessageAuthenticator::Required) => return Err(NoReply::NoMessageAuthenticator),
            (Some(_), Some(_), _) => return Err(NoReply::MessageAuthenticator),
        };
        let attributes = packet.attribute_bytes();
        let place: usize = packet
            .attributes()
            .take_while(|attribute| attribute.kind != MESSAGE_AUTHENTICATOR)
            .map(|attribute| attribute.value.len() + 2)
            .sum();
        let (before, rest) = attributes.split_at(place + 2);
        let Some((_, after)) = rest.split_at_checked(16).filter(|_| value.len() == 16) else {
            return Err(NoReply::MessageAuthenticator);
        };
        let expected = hmac_md5(
            secret,
            &[packet.beginning(), &self.authenticator, before, &[0; 16], after],
        );
        if equal(&expected, value) {
            Ok(())
        } else {
            Err(NoReply::MessageAuthenticator)
        }
    }
}

/// Runs everything that reads bytes of a server over `bytes` without verifying any, for a fuzzer.
pub fn read_unverified_radius_reply(bytes: &[u8]) -> Result<(), RadiusPacketError> {
    let packet = Packet::parse(bytes)?;
    for vendor_specific in packet.all(VENDOR_SPECIFIC) {
        microsoft(vendor_specific, MS_CHAP2_SUCCESS).for_each(drop);
    }
    let _ = read(&packet);
    let _ = read_question(&packet);
    Ok(())
}

/// Of a yes and of a no, only the code counts: no groups, no text.
fn read(packet: &Packet<'_>) -> Result<Reply, NoReply> {
    match packet.code() {
        ACCESS_ACCEPT => Ok(Reply::Accept),
        ACCESS_REJECT => Ok(Reply::Reject),
        ACCESS_CHALLENGE => read_question(packet).map(Reply::Challenge),
        _ => Err(NoReply::Code),
    }
}

fn read_question(packet: &Packet<'_>) -> Result<ServerQuestion, NoReply> {
    let messages: Vec<&[u8]> = packet.all(REPLY_MESSAGE).collect();
    let mut states = packet.all(STATE);
    let state = states.next().map(<[u8]>::to_vec);
    if states.next().is_some() {
        return Err(NoReply::State);
    }
    Ok(ServerQuestion {
        prompt: clean(&messages.concat()),
        echo: packet.all(PROMPT).next() == Some(&ECHO[..]),
        state,
    })
}

#[cfg(test)]
mod tests;
