/// Which recording of the phone call: a language, and something that is said in it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct PromptKey {
    language: String,
    name: String,
}

/// Why a text names no recording.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PromptKeyError {
    #[error("must be a language of two or three letters, such as de or pt-BR")]
    Language,
    #[error("is none of the prompts")]
    Name,
}

impl PromptKey {
    /// `language` is a tag such as `de` or `pt-BR`; a recording for a region is one for the whole language. Whether a
    /// prompt has this name is not looked at.
    pub fn new(language: &str, name: &str) -> Result<Self, PromptKeyError> {
        let mut parts = language.split(['-', '_']);
        let primary = parts.next().unwrap_or_default();
        let is_primary =
            (2..=3).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_alphabetic());
        let is_part = |part: &str| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        if !is_primary || 35 < language.len() || !parts.all(is_part) {
            return Err(PromptKeyError::Language);
        }
        let is_of_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=32).contains(&name.len()) || !name.bytes().all(is_of_name) {
            return Err(PromptKeyError::Name);
        }
        Ok(Self {
            language: primary.to_ascii_lowercase(),
            name: name.to_owned(),
        })
    }

    /// Two or three lower-case letters.
    pub fn language(&self) -> &str {
        &self.language
    }

    pub fn name(&self) -> &str {
        &self.name
    }
}

/// A prompt as it is shipped.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ShippedPrompt {
    pub language: String,
    pub name: &'static str,
    /// What it says.
    pub text: &'static str,
    /// 8,000 a second.
    pub samples: usize,
}

/// A recording of the customer's own, in µ-law at 8 kHz.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OwnPrompt {
    pub key: PromptKey,
    pub recording: Vec<u8>,
}

/// What calls say: our recordings, and those of the customer in their place.
pub trait CallPrompts: Send + Sync {
    /// Those of all languages that are shipped, each with the same names in the same order.
    fn shipped(&self) -> Vec<ShippedPrompt>;

    /// A recording that is shipped, in µ-law at 8 kHz.
    fn find_shipped(&self, key: &PromptKey) -> Option<Vec<u8>>;

    /// Turns a WAV file into a recording, or says what is wrong with it. It takes up to seconds.
    fn record(&self, wav: &[u8]) -> Result<Vec<u8>, String>;

    /// Turns a recording into a WAV file.
    fn play(&self, recording: &[u8]) -> Option<Vec<u8>>;

    /// Which of the customer's recordings it was told of; 0 before.
    fn revision(&self) -> i64;

    /// Is told of all the customer's recordings. The calls that begin from now on say them.
    fn learn(&self, revision: i64, own: Vec<OwnPrompt>);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_kept_as_its_language_and_what_is_none_is_refused() {
        for (tag, language) in [("de", "de"), ("pt-BR", "pt"), ("PT_br", "pt"), ("gsw-CH", "gsw")] {
            assert_eq!(PromptKey::new(tag, "thanks").unwrap().language(), language);
        }
        for tag in ["", "d", "d3", "german", "de-", "de-\u{e9}", "../x", "de/x", "-de"] {
            assert_eq!(
                PromptKey::new(tag, "thanks"),
                Err(PromptKeyError::Language),
                "{tag}"
            );
        }
        for name in ["", "Thanks", "thanks.wav", "../thanks", &"x".repeat(33)] {
            assert_eq!(PromptKey::new("de", name), Err(PromptKeyError::Name), "{name}");
        }
    }
}
