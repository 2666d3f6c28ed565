//! Telephone numbers: read, checked, written and masked.

mod parse;
mod policy;

use std::fmt;

pub use parse::NumberError;
pub use policy::NumberPolicy;

/// A number that exists as far as its country's plan tells, with the extension behind it.
#[derive(Clone, Eq, PartialEq)]
pub struct PhoneNumber {
    number: phonenumber::PhoneNumber,
    extension: Option<Extension>,
}

/// What is dialled after the answer: digits, `*`, `#`, and `,` for a pause of two seconds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Extension(String);

/// What kind of line a number is, from its country's plan.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NumberKind {
    Landline,
    Mobile,
    /// Some countries do not tell them apart.
    LandlineOrMobile,
    Voip,
    TollFree,
    /// Whoever is called earns from it, or somebody else pays for unknown reasons.
    Costly,
    /// A company's or a person's number that leads somewhere else.
    Universal,
}

impl PhoneNumber {
    /// The country as two letters of ISO 3166; nothing for satellites and other numbers of no country.
    pub fn country(&self) -> Option<String> {
        self.number.country().id().map(|id| id.as_ref().to_owned())
    }

    /// `+19259249500`, without the extension.
    pub fn e164(&self) -> String {
        self.number.format().mode(phonenumber::Mode::E164).to_string()
    }

    pub fn extension(&self) -> Option<&Extension> {
        self.extension.as_ref()
    }

    pub fn kind(&self) -> NumberKind {
        use phonenumber::Type;

        match self.number.number_type(&phonenumber::metadata::DATABASE) {
            Type::FixedLine => NumberKind::Landline,
            Type::Mobile => NumberKind::Mobile,
            Type::FixedLineOrMobile => NumberKind::LandlineOrMobile,
            Type::Voip => NumberKind::Voip,
            Type::TollFree => NumberKind::TollFree,
            Type::Uan | Type::PersonalNumber => NumberKind::Universal,
            _ => NumberKind::Costly,
        }
    }

    /// `1 9259249500 292`: country code, number with area code, extension. [`parse`](Self::parse) reads it back.
    pub fn to_text(&self) -> String {
        let national = self.national();
        let base = format!("{} {national}", self.number.country().code());
        match &self.extension {
            Some(extension) => format!("{base} {}", extension.0),
            None => base,
        }
    }

    /// `+1 ••• ••• ••00 (ext. 292)`: enough for its owner, too little for anybody else.
    pub fn masked(&self) -> String {
        let code = format!("+{}", self.number.country().code());
        let written = self
            .number
            .format()
            .mode(phonenumber::Mode::International)
            .to_string();
        let rest = written.strip_prefix(&code).unwrap_or(&written);
        let digits = rest.chars().filter(char::is_ascii_digit).count();
        let mut seen = 0;
        let masked: String = rest
            .chars()
            .map(|letter| match letter {
                '0'..='9' => {
                    seen += 1;
                    if seen + 2 <= digits { '•' } else { letter }
                }
                _ => ' ',
            })
            .collect();
        let masked = masked.split_whitespace().collect::<Vec<_>>().join(" ");
        match &self.extension {
            Some(extension) => format!("{code} {masked} (ext. {})", extension.0),
            None => format!("{code} {masked}"),
        }
    }

    fn national(&self) -> String {
        self.number.national().to_string()
    }
}

impl Extension {
    /// How long one may be.
    pub const MOST: usize = 20;

    pub fn new(text: &str) -> Option<Self> {
        let fits = (1..=Self::MOST).contains(&text.len());
        let dials = text
            .bytes()
            .all(|label| label.is_ascii_digit() || b"*#,".contains(&label));
        (fits && dials && text.bytes().any(|label| label != b',')).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Masked: numbers are personal.
impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}
