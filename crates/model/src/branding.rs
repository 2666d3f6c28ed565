use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Accent, UnknownWord};

/// How the pages of an installation look, and what people read at the sign-in.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Branding {
    pub logo: Part<Option<LogoId>>,
    /// A few words under the logo.
    pub description: Part<String>,
    pub accent: Part<Option<Accent>>,
    /// What the law wants people to read before they sign in.
    pub banner: Part<String>,
    /// What people accept once before they go on.
    pub privacy: Part<String>,
}

/// A part that can be switched off and is kept all the same.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Part<T: Default> {
    pub on: bool,
    pub value: T,
}

impl Part<String> {
    /// The text, if it is on and there is one.
    pub fn shown(&self) -> Option<&str> {
        (self.on && !self.value.is_empty()).then_some(&self.value)
    }
}

impl<T: Copy> Part<Option<T>> {
    /// The value, if it is on and there is one.
    pub fn shown(&self) -> Option<T> {
        self.value.filter(|_| self.on)
    }
}

/// A logo by the SHA-256 of its file, written in hexadecimal.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct LogoId(pub [u8; 32]);

impl fmt::Display for LogoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for LogoId {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        if text.len() != 64 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(UnknownWord);
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| UnknownWord)?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for LogoId {
    type Error = UnknownWord;

    fn try_from(text: String) -> Result<Self, UnknownWord> {
        text.parse()
    }
}

impl From<LogoId> for String {
    fn from(id: LogoId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_off_shows_nothing() {
        let mut text = Part {
            on: true,
            value: "Authorised use only.".to_owned(),
        };
        assert_eq!(text.shown(), Some("Authorised use only."));

        text.on = false;

        assert_eq!(text.shown(), None);
    }

    #[test]
    fn a_logo_has_one_name_only() {
        let id = LogoId([0xab; 32]);

        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().to_uppercase().parse::<LogoId>().is_err());
        assert!("../../etc/passwd".parse::<LogoId>().is_err());
    }
}
