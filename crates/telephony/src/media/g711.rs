use audio_codec_algorithms::{decode_alaw, decode_ulaw, encode_alaw, encode_ulaw};

/// How G.711 packs a sample into a byte.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Law {
    Mu,
    A,
}

impl Law {
    /// The static payload type of RFC 3551.
    pub(crate) fn payload_type(self) -> u8 {
        match self {
            Self::Mu => 0,
            Self::A => 8,
        }
    }

    pub(crate) fn of_payload_type(payload_type: u8) -> Option<Self> {
        match payload_type {
            0 => Some(Self::Mu),
            8 => Some(Self::A),
            _ => None,
        }
    }

    pub(crate) fn decode(self, byte: u8) -> i16 {
        match self {
            Self::Mu => decode_ulaw(byte),
            Self::A => decode_alaw(byte),
        }
    }

    pub(crate) fn encode(self, sample: i16) -> u8 {
        match self {
            Self::Mu => encode_ulaw(sample),
            Self::A => encode_alaw(sample),
        }
    }

    pub(crate) fn silence(self) -> u8 {
        self.encode(0)
    }
}

/// Recodes a byte of a recording.
pub(crate) fn to_a_law(mu_law: u8) -> u8 {
    encode_alaw(decode_ulaw(mu_law))
}

pub(crate) fn to_mu_law(sample: i16) -> u8 {
    encode_ulaw(sample)
}
