//! What the call says: recordings that are shipped, and those of the customer in their place.

mod archive;
mod wav;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use archive::Archive;
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

    pub fn shipped() -> Self {
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
        let recording = wav::read(wav)?;
        self.recordings
            .insert((primary(language), prompt), recording.into());
        Ok(())
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

    /// The recording in `language` (`de` or `de-AT`), or in English.
    pub fn find(&self, language: &str, prompt: Prompt) -> Option<Arc<[u8]>> {
        let here = self.recordings.get(&(primary(language), prompt));
        here.or_else(|| self.recordings.get(&(Self::DEFAULT.to_owned(), prompt)))
            .cloned()
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
    fn a_region_has_the_voice_of_its_language_and_strangers_hear_english() {
        let prompts = Prompts::shipped();
        let find = |language| prompts.find(language, Prompt::Thanks).unwrap();

        assert_eq!(find("de-AT"), find("de"));
        assert_ne!(find("de"), find("en"));
        assert_eq!(find("tlh"), find("en"));
    }
}
