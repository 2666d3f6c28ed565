//! The header of RFC 3550, section 5.1.

/// Samples in a packet of 20 ms.
pub(crate) const SAMPLES: usize = 160;
pub(crate) const HEADER: usize = 12;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Header {
    pub(crate) payload_type: u8,
    pub(crate) marker: bool,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
}

impl Header {
    pub(crate) fn write(&self, packet: &mut Vec<u8>) {
        packet.push(0x80);
        packet.push(self.payload_type | u8::from(self.marker) << 7);
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(self.timestamp.to_be_bytes());
        packet.extend(self.ssrc.to_be_bytes());
    }

    /// Reads a packet into header and payload, without padding and extension.
    pub(crate) fn read(packet: &[u8]) -> Option<(Self, &[u8])> {
        let (head, rest) = packet.split_first_chunk::<HEADER>()?;
        if head[0] >> 6 != 2 {
            return None;
        }
        let header = Self {
            payload_type: head[1] & 0x7f,
            marker: head[1] & 0x80 != 0,
            sequence: u16::from_be_bytes([head[2], head[3]]),
            timestamp: u32::from_be_bytes([head[4], head[5], head[6], head[7]]),
            ssrc: u32::from_be_bytes([head[8], head[9], head[10], head[11]]),
        };
        let mut payload = rest.get(4 * usize::from(head[0] & 15)..)?;
        if head[0] & 0x10 != 0 {
            let (extension, behind) = payload.split_first_chunk::<4>()?;
            let words = usize::from(u16::from_be_bytes([extension[2], extension[3]]));
            payload = behind.get(4 * words..)?;
        }
        if head[0] & 0x20 != 0 {
            let padding = usize::from(*payload.last()?);
            payload = payload.get(..payload.len().checked_sub(padding)?)?;
        }
        Some((header, payload))
    }
}

/// The SSRC of what may be a packet, readable even when the payload is encrypted.
pub(crate) fn ssrc_of(packet: &[u8]) -> Option<u32> {
    Header::read(packet.get(..HEADER)?)
        .map(|(header, _)| header.ssrc)
        .or_else(|| {
            let bytes = packet.get(8..12)?.first_chunk::<4>()?;
            (packet.first()? >> 6 == 2).then(|| u32::from_be_bytes(*bytes))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: Header = Header {
        payload_type: 101,
        marker: true,
        sequence: 65_535,
        timestamp: 0xdead_beef,
        ssrc: 7,
    };

    fn packet(payload: &[u8]) -> Vec<u8> {
        let mut packet = Vec::new();
        HEADER.write(&mut packet);
        packet.extend(payload);
        packet
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(
            Header::read(&packet(b"voice")),
            Some((HEADER, b"voice".as_slice()))
        );
        assert_eq!(ssrc_of(&packet(b"")), Some(7));
    }

    #[test]
    fn extensions_sources_and_padding_are_left_out() {
        let mut with_all = packet(&[9, 9, 9, 9, 0xbe, 0xde, 0, 1, 1, 1, 1, 1, b'v', 0, 2]);
        with_all[0] |= 0x31;

        assert_eq!(Header::read(&with_all).unwrap().1, b"v");
        assert_eq!(ssrc_of(&with_all), Some(7));
    }

    #[test]
    fn broken_packets_are_refused() {
        let mut version = packet(b"voice");
        version[0] = 0x40;
        let mut padded = packet(&[200]);
        padded[0] |= 0x20;
        let mut extended = packet(&[0, 0, 0, 9, 1]);
        extended[0] |= 0x10;

        for broken in [&version, &padded, &extended, &vec![0x80; 11], &Vec::new()] {
            assert_eq!(Header::read(broken), None);
        }
    }
}
