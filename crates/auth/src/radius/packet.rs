use super::attribute::{Attribute, Attributes};

/// The code, the identifier, the length and the authenticator.
pub(super) const HEADER: usize = 20;
pub(super) const LONGEST: usize = 4096;

/// A packet as RFC 2865 §3 lays it out. Its lengths are right; nothing else in it is verified.
#[derive(Clone, Copy)]
pub(super) struct Packet<'a> {
    header: &'a [u8; HEADER],
    attributes: &'a [u8],
}

/// What is wrong with the shape of a packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RadiusPacketError {
    #[error("shorter than a header")]
    Short,
    #[error("the length is below 20, above 4096 or more than there is")]
    Length,
    #[error("an attribute is shorter than its own header or longer than the packet")]
    Attribute,
}

impl<'a> Packet<'a> {
    /// Reads one packet. What follows it is padding.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, RadiusPacketError> {
        let (header, rest) = bytes
            .split_first_chunk::<HEADER>()
            .ok_or(RadiusPacketError::Short)?;
        let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
        if length > LONGEST {
            return Err(RadiusPacketError::Length);
        }
        let attributes = length
            .checked_sub(HEADER)
            .and_then(|length| rest.get(..length))
            .ok_or(RadiusPacketError::Length)?;
        let mut walk = Attributes::of(attributes);
        walk.by_ref().for_each(drop);
        if !walk.is_done() {
            return Err(RadiusPacketError::Attribute);
        }
        Ok(Self { header, attributes })
    }

    pub(super) fn code(&self) -> u8 {
        self.header[0]
    }

    pub(super) fn identifier(&self) -> u8 {
        self.header[1]
    }

    /// The code, the identifier and the length, as both digests take them.
    pub(super) fn beginning(&self) -> &'a [u8] {
        &self.header[..4]
    }

    pub(super) fn authenticator(&self) -> &'a [u8] {
        &self.header[4..]
    }

    pub(super) fn attribute_bytes(&self) -> &'a [u8] {
        self.attributes
    }

    pub(super) fn attributes(&self) -> Attributes<'a> {
        Attributes::of(self.attributes)
    }

    /// The values of the attributes of one kind, in their order.
    pub(super) fn all(&self, kind: u8) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.attributes()
            .filter(move |attribute| attribute.kind == kind)
            .map(|Attribute { value, .. }| value)
    }
}

/// Writes a packet, attribute by attribute.
pub(super) struct PacketWriter(Vec<u8>);

impl PacketWriter {
    pub(super) fn new(code: u8, identifier: u8, authenticator: &[u8; 16]) -> Self {
        let mut bytes = vec![code, identifier, 0, 0];
        bytes.extend_from_slice(authenticator);
        Self(bytes)
    }

    /// Appends an attribute and gives the place of its value. A value has at most 253 bytes.
    pub(super) fn put(&mut self, kind: u8, value: &[u8]) -> usize {
        let length =
            u8::try_from(value.len() + 2).expect("the types of the values keep them below 254 bytes");
        self.0.extend_from_slice(&[kind, length]);
        self.0.extend_from_slice(value);
        self.0.len() - value.len()
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        let length =
            u16::try_from(self.0.len()).expect("a handful of attributes are shorter than 4096 bytes");
        self.0[2..4].copy_from_slice(&length.to_be_bytes());
        self.0
    }
}

#[cfg(test)]
mod tests;
