use std::{fmt, str::FromStr};

use portcullis_model::UnknownWord;

/// What a key-encryption key is for. Keys of two purposes have nothing in common.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Purpose {
    /// Signs the audit trail.
    AuditMac,
    /// Seals what reaches outside: connection settings, waiting letters, challenges.
    Connections,
    /// Seals the enrolments of second factors.
    Factors,
    /// Goes into every console password hash.
    PasswordPepper,
    /// Seals the passwords of accounts.
    Vault,
}

impl Purpose {
    pub const ALL: [Self; 5] = [
        Self::AuditMac,
        Self::Connections,
        Self::Factors,
        Self::PasswordPepper,
        Self::Vault,
    ];

    /// The text in the database and in the authenticated data: never to change.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AuditMac => "audit_mac",
            Self::Connections => "connections",
            Self::Factors => "factors",
            Self::PasswordPepper => "password_pepper",
            Self::Vault => "vault",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Purpose {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.word() == text)
            .ok_or(UnknownWord)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_reads_back_from_its_word() {
        for purpose in Purpose::ALL {
            assert_eq!(purpose.word().parse(), Ok(purpose));
        }
        assert_eq!("Vault".parse::<Purpose>(), Err(UnknownWord));
    }
}
