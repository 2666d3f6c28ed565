use super::attribute::{Attributes, MESSAGE_AUTHENTICATOR, STATE, USER_PASSWORD};
use super::digest::{hmac_md5, md5};
use super::packet::{HEADER, PacketWriter};

pub(super) const SECRET: &[u8] = b"a secret shared by two";

pub(super) const ACCEPT: u8 = 2;
pub(super) const REJECT: u8 = 3;
pub(super) const CHALLENGE: u8 = 11;

/// The other side of the conversation: makes replies, right ones and others.
#[derive(Clone)]
pub(super) struct Forge {
    pub(super) code: u8,
    pub(super) attributes: Vec<(u8, Vec<u8>)>,
    pub(super) secret: Vec<u8>,
    pub(super) place: Option<Place>,
}

/// Where the Message-Authenticator is.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Place {
    /// As from newer servers.
    First,
    /// As from older ones.
    Last,
}

impl Forge {
    pub(super) fn new(code: u8) -> Self {
        Self {
            code,
            attributes: Vec::new(),
            secret: SECRET.to_vec(),
            place: Some(Place::Last),
        }
    }

    pub(super) fn with(mut self, kind: u8, value: impl AsRef<[u8]>) -> Self {
        self.attributes.push((kind, value.as_ref().to_vec()));
        self
    }

    pub(super) fn without_message_authenticator(mut self) -> Self {
        self.place = None;
        self
    }

    pub(super) fn with_message_authenticator_first(mut self) -> Self {
        self.place = Some(Place::First);
        self
    }

    pub(super) fn under(mut self, secret: &[u8]) -> Self {
        self.secret = secret.to_vec();
        self
    }

    pub(super) fn reply_to(&self, request: &[u8]) -> Vec<u8> {
        self.reply(request[1], request[4..20].try_into().unwrap())
    }

    pub(super) fn reply(&self, identifier: u8, authenticator: &[u8; 16]) -> Vec<u8> {
        let mut packet = PacketWriter::new(self.code, identifier, authenticator);
        let put_at = |packet: &mut PacketWriter, place| {
            (self.place == Some(place)).then(|| packet.put(MESSAGE_AUTHENTICATOR, &[0; 16]))
        };
        let first = put_at(&mut packet, Place::First);
        for (kind, value) in &self.attributes {
            packet.put(*kind, value);
        }
        let last = put_at(&mut packet, Place::Last);
        let mut bytes = packet.finish();
        if let Some(place) = first.or(last) {
            let mac = hmac_md5(&self.secret, &[&bytes]);
            bytes[place..place + 16].copy_from_slice(&mac);
        }
        self.sign(bytes)
    }

    /// Puts the response authenticator where the request's is.
    fn sign(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let digest = md5(&[&bytes, &self.secret]);
        bytes[4..20].copy_from_slice(&digest);
        bytes
    }
}

/// The State of a request.
pub(super) fn state_of(request: &[u8]) -> Option<Vec<u8>> {
    value_of(request, STATE)
}

/// The password of a request with at most 16 bytes of it.
pub(super) fn password_of(request: &[u8]) -> String {
    let hidden = value_of(request, USER_PASSWORD).unwrap();
    let mask = md5(&[SECRET, &request[4..20]]);
    let plain: Vec<u8> = hidden.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect();
    String::from_utf8(plain)
        .unwrap()
        .trim_end_matches('\0')
        .to_owned()
}

pub(super) fn value_of(request: &[u8], kind: u8) -> Option<Vec<u8>> {
    Attributes::of(&request[HEADER..])
        .find(|attribute| attribute.kind == kind)
        .map(|attribute| attribute.value.to_vec())
}
