use std::fmt;

/// A key of a telephone: `0`–`9`, `*`, `#`, and `A`–`D`, which hardly any telephone has.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Key(u8);

/// In the order of their events in RFC 4733, section 3.2.
const KEYS: &[u8; 16] = b"0123456789*#ABCD";

impl Key {
    pub const POUND: Self = Self(b'#');
    pub const STAR: Self = Self(b'*');

    /// The key with this label.
    pub fn new(label: u8) -> Option<Self> {
        let label = label.to_ascii_uppercase();
        KEYS.contains(&label).then_some(Self(label))
    }

    /// The key of an event of RFC 4733.
    pub(crate) fn of_event(event: u8) -> Option<Self> {
        KEYS.get(usize::from(event)).copied().map(Self)
    }

    /// The event of RFC 4733.
    pub(crate) fn event(self) -> u8 {
        let place = KEYS.iter().position(|label| *label == self.0);
        place.and_then(|place| u8::try_from(place).ok()).unwrap_or(0)
    }

    /// What stands on the key, in ASCII.
    pub fn label(self) -> u8 {
        self.0
    }
}

/// A key may belong to a PIN, so it is never printed.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// How a key reached us.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum KeySource {
    /// As a tone in the voice.
    InBand,
    /// As a SIP INFO request.
    Info,
    /// As an event beside the voice (RFC 4733).
    Event,
    /// In the word of the provider that connects the call.
    Provider,
}

impl KeySource {
    /// The word for the trail.
    pub fn word(self) -> &'static str {
        match self {
            Self::InBand => "in-band",
            Self::Info => "info",
            Self::Event => "event",
            Self::Provider => "provider",
        }
    }
}
