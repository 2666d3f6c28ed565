use crate::Key;

/// Something the call says. Each is one recording per language.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Prompt {
    Greeting,
    PressPound,
    /// "To confirm, press", before a digit.
    PressFirst,
    /// "then the pound key", after a digit.
    ThenPound,
    EnterPin,
    EnterNumber,
    FraudHint,
    NotRight,
    Thanks,
    /// Nothing was confirmed.
    Goodbye,
    FraudQuestion,
    FraudBlocked,
    FraudReported,
    /// `0`–`9`.
    Digit(u8),
}

impl Prompt {
    /// Every prompt of a language.
    pub const ALL: [Self; 23] = [
        Self::Greeting,
        Self::PressPound,
        Self::PressFirst,
        Self::ThenPound,
        Self::EnterPin,
        Self::EnterNumber,
        Self::FraudHint,
        Self::NotRight,
        Self::Thanks,
        Self::Goodbye,
        Self::FraudQuestion,
        Self::FraudBlocked,
        Self::FraudReported,
        Self::Digit(0),
        Self::Digit(1),
        Self::Digit(2),
        Self::Digit(3),
        Self::Digit(4),
        Self::Digit(5),
        Self::Digit(6),
        Self::Digit(7),
        Self::Digit(8),
        Self::Digit(9),
    ];

    /// The name of its recording.
    pub fn name(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::PressPound => "press-pound",
            Self::PressFirst => "press-first",
            Self::ThenPound => "then-pound",
            Self::EnterPin => "enter-pin",
            Self::EnterNumber => "enter-number",
            Self::FraudHint => "fraud-hint",
            Self::NotRight => "not-right",
            Self::Thanks => "thanks",
            Self::Goodbye => "goodbye",
            Self::FraudQuestion => "fraud-question",
            Self::FraudBlocked => "fraud-blocked",
            Self::FraudReported => "fraud-reported",
            Self::Digit(0) => "digit-0",
            Self::Digit(1) => "digit-1",
            Self::Digit(2) => "digit-2",
            Self::Digit(3) => "digit-3",
            Self::Digit(4) => "digit-4",
            Self::Digit(5) => "digit-5",
            Self::Digit(6) => "digit-6",
            Self::Digit(7) => "digit-7",
            Self::Digit(8) => "digit-8",
            Self::Digit(_) => "digit-9",
        }
    }

    /// The prompt with this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|prompt| prompt.name() == name)
    }

    pub(crate) fn of_key(key: Key) -> Self {
        Self::Digit(key.label().wrapping_sub(b'0'))
    }
}
