//! What the call says: recordings that are shipped, and those of the customer in their place.

mod archive;
mod current;
mod texts;
mod wav;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

pub use archive::Archive;
pub use current::CurrentPrompts;
pub use wav::WavError;
#[cfg(test)]
pub(crate) use wav::resample;

use crate::Prompt;

/// Made by `cargo xtask prompts` from the texts beside them.
const SHIPPED: [(&str, &[u8]); 6] = [
    ("en", include_bytes!("../prompts/en.g711")),
    ("de", include_bytes!("../prompts/de.g711")),
    ("fr", include_bytes!("../prompts/fr.g711")),
    ("es", include_bytes!("../prompts/es.g711")),
    ("it", include_bytes!("../prompts/it.g711")),
    ("nl", include_bytes!("../prompts/nl.g711")),
];

/// The recordings of every language, in µ-law at 8 kHz.
#[derive(Clone, Debug)]
pub struct Prompts {
    recordings: BTreeMap<(String, Prompt), Arc<[u8]>>,
}

impl Prompts {
    /// The language of who speaks none of the others.
    pub const DEFAULT: &str = "en";

    /// Those of ours, as long as nobody replaces them.
    pub fn shipped() -> Self {
        static UNPACKED: LazyLock<Prompts> = LazyLock::new(Prompts::unpack);
        UNPACKED.clone()
    }

    fn unpack() -> Self {
        let mut recordings = BTreeMap::new();
        for (language, packed) in SHIPPED {
            for (prompt, recording) in Archive::unpack(packed) {
                recordings.insert((language.to_owned(), prompt), recording);
            }
        }
        Self { recordings }
    }

    /// Puts a WAV file in the place of a prompt, in a language that may be new.
    pub fn replace(&mut self, language: &str, prompt: Prompt, wav: &[u8]) -> Result<(), WavError> {
        self.put(language, prompt, Self::record(wav)?);
        Ok(())
    }

    /// Turns a WAV file into a recording.
    pub fn record(wav: &[u8]) -> Result<Vec<u8>, WavError> {
        wav::read(wav)
    }

    /// Turns a recording into a WAV file.
    pub fn play(recording: &[u8]) -> Option<Vec<u8>> {
        wav::write(recording)
    }

    /// Puts a recording in the place of a prompt, as [`record`](Self::record) made it.
    pub fn put(&mut self, language: &str, prompt: Prompt, recording: Vec<u8>) {
        self.recordings
            .insert((primary(language), prompt), recording.into());
    }

    /// The languages that have every prompt.
    pub fn languages(&self) -> Vec<String> {
        let mut languages: Vec<String> = self
            .recordings
            .keys()
            .map(|(language, _)| language.clone())
            .collect();
        languages.dedup();
        languages.retain(|language| {
            Prompt::ALL
                .iter()
                .all(|prompt| self.recordings.contains_key(&(language.clone(), *prompt)))
        });
        languages
    }

    /// The same recording as a WAV file.
    pub(crate) fn wav(&self, language: &str, prompt: Prompt) -> Option<Vec<u8>> {
        wav::write(&self.find(language, prompt)?)
    }

    /// The recording in this very language.
    pub fn find_own(&self, language: &str, prompt: Prompt) -> Option<Arc<[u8]>> {
        self.recordings.get(&(primary(language), prompt)).cloned()
    }

    /// What a prompt that is shipped says.
    pub fn text(language: &str, prompt: Prompt) -> Option<&'static str> {
        texts::find(language, prompt)
    }

    /// The recording in `language` (`de` or `de-AT`), or in English.
    pub fn find(&self, language: &str, prompt: Prompt) -> Option<Arc<[u8]>> {
        self.find_own(language, prompt)
            .or_else(|| self.find_own(Self::DEFAULT, prompt))
    }
}

/// `pt` of `pt-BR`: a recording for a region is one for the language.
fn primary(language: &str) -> String {
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    primary.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::Law;

    fn seconds(recording: &[u8]) -> usize {
        recording.len() / 8000
    }

    #[test]
    fn six_languages_say_everything_audibly_and_briefly() {
        let prompts = Prompts::shipped();

        assert_eq!(prompts.languages(), ["de", "en", "es", "fr", "it", "nl"]);
        for language in prompts.languages() {
            for prompt in Prompt::ALL {
                let recording = prompts.find(&language, prompt).unwrap();
                let loud = recording
                    .iter()
                    .filter(|byte| 1000 < Law::Mu.decode(**byte).abs())
                    .count();
                assert!(400 < loud, "{language} {prompt:?} is audible: {loud}");
                assert!(seconds(&recording) < 11, "{language} {prompt:?} is brief");
            }
            let said = [Prompt::Greeting, Prompt::EnterNumber];
            let all: usize = said
                .iter()
                .map(|prompt| prompts.find(&language, *prompt).unwrap().len())
                .sum();
            assert!(all < 15 * 8000, "{language}: told within 15 seconds");
        }
    }

    #[test]
    fn every_shipped_prompt_has_a_text() {
        let prompts = Prompts::shipped();

        for language in prompts.languages() {
            for prompt in Prompt::ALL {
                let text = Prompts::text(&language, prompt).unwrap_or_default();
                assert!(1 < text.len(), "{language} {prompt:?}");
            }
        }
        assert_eq!(Prompts::text("de", Prompt::Digit(0)), Some("null."));
        assert_eq!(Prompts::text("pt", Prompt::Thanks), None);
    }

    #[test]
    fn a_region_has_the_voice_of_its_language_and_strangers_hear_english() {
        let prompts = Prompts::shipped();
        let find = |language| prompts.find(language, Prompt::Thanks).unwrap();

        assert_eq!(find("de-AT"), find("de"));
        assert_ne!(find("de"), find("en"));
        assert_eq!(find("tlh"), find("en"));
    }
}
