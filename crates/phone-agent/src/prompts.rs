use portcullis_model::{CallPrompts, PromptKey, PromptKeyError, SettingsProblem, Timestamp};
use portcullis_telephony::{Prompt, Prompts};

use crate::{Agent, AgentError};

/// A prompt in one language, as its calls say it.
#[derive(Clone, Debug)]
pub struct PromptView {
    pub language: String,
    pub name: &'static str,
    /// What our recording says; of a language that we do not speak, what it says in English.
    pub text: &'static str,
    /// How long the recording is, in thousandths of a second; absent if there is none.
    pub millis: Option<usize>,
    /// When it was replaced; absent if it is ours.
    pub replaced_at: Option<Timestamp>,
}

impl Agent {
    /// What calls say that begin now, with the recordings that a command set meanwhile.
    pub(crate) fn refresh_prompts(&self) -> Result<(), AgentError> {
        let known = self.exchange.prompts();
        let revision = self.store().prompts_revision()?;
        if known.revision() != revision {
            let own = self.store().prompts()?;
            known.learn(revision, own.into_iter().map(|(own, _)| own).collect());
        }
        Ok(())
    }

    /// The languages that have every prompt.
    pub(crate) fn languages(&self) -> Result<Vec<String>, AgentError> {
        self.refresh_prompts()?;
        Ok(self.exchange.prompts().now().languages())
    }

    /// Every prompt of every language that has one of its own.
    pub fn prompts(&self) -> Result<Vec<PromptView>, AgentError> {
        let own = self.store().prompts()?;
        let mut languages = Prompts::shipped().languages();
        languages.extend(own.iter().map(|(own, _)| own.key.language().to_owned()));
        languages.sort();
        languages.dedup();
        let mut views = Vec::new();
        for language in languages {
            for prompt in Prompt::ALL {
                let own = own
                    .iter()
                    .find(|(own, _)| own.key.language() == language && own.key.name() == prompt.name());
                let ours = Prompts::shipped().find_own(&language, prompt);
                let samples = own
                    .map(|(own, _)| own.recording.len())
                    .or_else(|| ours.map(|ours| ours.len()));
                views.push(PromptView {
                    name: prompt.name(),
                    text: Prompts::text(&language, prompt)
                        .or_else(|| Prompts::text(Prompts::DEFAULT, prompt))
                        .unwrap_or_default(),
                    millis: samples.map(|samples| samples / 8),
                    replaced_at: own.map(|(_, at)| *at),
                    language: language.clone(),
                });
            }
        }
        Ok(views)
    }

    /// Puts a WAV file in the place of a prompt, in a language that may be new. The next call says it.
    pub fn replace_prompt(&self, language: &str, name: &str, wav: &[u8]) -> Result<(), AgentError> {
        let key = key_of(language, name)?;
        let recording = Prompts::record(wav)?;
        self.store().put_prompt(&key, Some(&recording), self.now())?;
        Ok(())
    }

    /// Calls say our recording again. Answers `false` if there was none of the company's.
    pub fn restore_prompt(&self, language: &str, name: &str) -> Result<bool, AgentError> {
        let key = key_of(language, name)?;
        Ok(self.store().put_prompt(&key, None, self.now())?)
    }
}

fn key_of(language: &str, name: &str) -> Result<PromptKey, AgentError> {
    let key = PromptKey::new(language, name).and_then(|key| match Prompt::of_name(key.name()) {
        Some(_) => Ok(key),
        None => Err(PromptKeyError::Name),
    });
    key.map_err(|error| {
        AgentError::Settings(SettingsProblem {
            field: match error {
                PromptKeyError::Language => "language",
                PromptKeyError::Name => "prompt",
            },
            problem: error.to_string(),
        })
    })
}
