use std::fmt;
use std::time::Duration;

use crate::Timestamp;

/// What a vaulted password must look like. People's own console passwords do not follow it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PasswordPolicy {
    pub name: String,
    pub min_length: u16,
    pub max_length: u16,
    /// At least one character of each is needed.
    pub classes: Vec<CharacterClass>,
    /// Characters that must not appear.
    pub excluded: String,
    /// Days after which a password counts as old; `None` for never.
    pub max_age_days: Option<u16>,
    /// How many earlier passwords must not come back.
    pub no_reuse_of: u16,
}

impl PasswordPolicy {
    /// Long, all four classes, 90 days.
    pub fn strong() -> Self {
        Self {
            name: "Strong".to_owned(),
            min_length: 20,
            max_length: 64,
            classes: CharacterClass::ALL.to_vec(),
            excluded: String::new(),
            max_age_days: Some(90),
            no_reuse_of: 5,
        }
    }

    /// Where special characters are not taken.
    pub fn alphanumeric() -> Self {
        Self {
            name: "Alphanumeric".to_owned(),
            min_length: 24,
            classes: vec![
                CharacterClass::Lower,
                CharacterClass::Upper,
                CharacterClass::Digit,
            ],
            ..Self::strong()
        }
    }

    /// Devices with short fields.
    pub fn short() -> Self {
        Self {
            name: "Short".to_owned(),
            min_length: 12,
            max_length: 16,
            ..Self::strong()
        }
    }

    /// The policies that every vault has.
    pub fn built_in() -> [Self; 3] {
        [Self::strong(), Self::alphanumeric(), Self::short()]
    }

    /// The policy of that name; the strong one for a name that is not known.
    pub fn named(name: &str) -> Self {
        Self::built_in()
            .into_iter()
            .find(|policy| policy.name == name)
            .unwrap_or_else(Self::strong)
    }

    /// Tells whether a password of `changed_at` is older than this policy allows.
    pub fn is_overdue(&self, changed_at: Timestamp, now: Timestamp) -> bool {
        let Some(days) = self.max_age_days else {
            return false;
        };
        Duration::from_secs(u64::from(days) * 24 * 60 * 60) < now.since(changed_at)
    }

    /// What `password` lacks; empty if it complies.
    pub fn violations(&self, password: &str) -> Vec<Violation> {
        let length = password.chars().count();
        let mut violations = Vec::new();
        if length < usize::from(self.min_length) {
            violations.push(Violation::TooShort(self.min_length));
        }
        if usize::from(self.max_length) < length {
            violations.push(Violation::TooLong(self.max_length));
        }
        for class in &self.classes {
            if !password.chars().any(|character| class.contains(character)) {
                violations.push(Violation::Lacks(*class));
            }
        }
        if password
            .chars()
            .any(|character| self.excluded.contains(character))
        {
            violations.push(Violation::Excluded);
        }
        violations
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CharacterClass {
    Digit,
    Lower,
    Symbol,
    Upper,
}

impl CharacterClass {
    pub const ALL: [Self; 4] = [Self::Lower, Self::Upper, Self::Digit, Self::Symbol];

    /// The characters that the generator draws from; look-alikes are left out.
    pub const fn characters(self) -> &'static str {
        match self {
            Self::Digit => "23456789",
            Self::Lower => "abcdefghijkmnpqrstuvwxyz",
            Self::Symbol => "!#$%&()*+,-./:;<=>?@[]^_{|}~",
            Self::Upper => "ABCDEFGHJKLMNPQRSTUVWXYZ",
        }
    }

    pub fn contains(self, character: char) -> bool {
        match self {
            Self::Digit => character.is_ascii_digit(),
            Self::Lower => character.is_lowercase(),
            Self::Symbol => !character.is_alphanumeric() && !character.is_control(),
            Self::Upper => character.is_uppercase(),
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Digit => "a digit",
            Self::Lower => "a lower-case letter",
            Self::Symbol => "a symbol",
            Self::Upper => "an upper-case letter",
        }
    }
}

/// One way in which a password breaks a policy.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Violation {
    Excluded,
    Lacks(CharacterClass),
    Reused,
    TooLong(u16),
    TooShort(u16),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Excluded => f.write_str("holds a character that the policy excludes"),
            Self::Lacks(class) => write!(f, "lacks {}", class.label()),
            Self::Reused => f.write_str("was used before"),
            Self::TooLong(most) => write!(f, "is longer than {most} characters"),
            Self::TooShort(least) => write!(f, "is shorter than {least} characters"),
        }
    }
}
