use std::fmt;

use zeroize::Zeroizing;

/// A secret in clear. It is read only where `expose` is written, never printed, and wiped when dropped.
#[derive(Clone, Eq, PartialEq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Reads a secret from a request. There is no `Serialize`: a secret leaves only where `expose` is written.
impl<'de> serde::Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// An encrypted value with what is needed to open it, save the key-encryption key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sealed {
    /// The version of the key-encryption key that wraps the data key.
    pub kek_version: u32,
    /// The data-encryption key, wrapped.
    pub wrapped_key: Vec<u8>,
    /// The value, encrypted under the data-encryption key.
    pub ciphertext: Vec<u8>,
}
