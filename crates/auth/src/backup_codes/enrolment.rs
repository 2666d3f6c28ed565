use portcullis_model::{FactorError, Timestamp};
use serde::{Deserialize, Serialize};

/// What the engine keeps, sealed, as JSON.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeSet {
    /// One for the set, so that an attempt costs one hash.
    #[serde(with = "hex")]
    pub(super) salt: [u8; 16],
    pub(super) codes: Vec<CodeRecord>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeRecord {
    #[serde(with = "hex")]
    pub(super) digest: [u8; 32],
    pub(super) spent: Option<Spent>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spent {
    pub(super) at: Timestamp,
    pub(super) address: String,
}

impl CodeSet {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, FactorError> {
        serde_json::from_slice(bytes).map_err(|_| FactorError::DamagedEnrolment)
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, FactorError> {
        serde_json::to_vec(self).map_err(|_| FactorError::DamagedEnrolment)
    }
}

/// Bytes as lower-case hexadecimal text.
mod hex {
    use data_encoding::HEXLOWER;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&HEXLOWER.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(D::Error::custom)?;
        bytes
            .try_into()
            .map_err(|_| D::Error::custom("wrong number of bytes"))
    }
}
