use std::sync::{Arc, PoisonError, RwLock};

use portcullis_model::{CallPrompts, OwnPrompt, PromptKey, ShippedPrompt};

use super::Prompts;
use crate::Prompt;

/// What the calls say that begin now. Clones are one and the same.
#[derive(Clone)]
pub struct CurrentPrompts(Arc<RwLock<Held>>);

struct Held {
    /// That of the customer's recordings; 0 for none.
    revision: i64,
    prompts: Arc<Prompts>,
}

impl CurrentPrompts {
    /// For a call that begins. It keeps them to its end.
    pub fn now(&self) -> Arc<Prompts> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).prompts)
    }
}

impl Default for CurrentPrompts {
    fn default() -> Self {
        Prompts::shipped().into()
    }
}

impl From<Prompts> for CurrentPrompts {
    fn from(prompts: Prompts) -> Self {
        Self(Arc::new(RwLock::new(Held {
            revision: 0,
            prompts: Arc::new(prompts),
        })))
    }
}

impl CallPrompts for CurrentPrompts {
    fn shipped(&self) -> Vec<ShippedPrompt> {
        let prompts = Prompts::shipped();
        let mut shipped = Vec::new();
        for language in prompts.languages() {
            for prompt in Prompt::ALL {
                shipped.push(ShippedPrompt {
                    text: Prompts::text(&language, prompt).unwrap_or_default(),
                    samples: prompts
                        .find_own(&language, prompt)
                        .map_or(0, |recording| recording.len()),
                    name: prompt.name(),
                    language: language.clone(),
                });
            }
        }
        shipped
    }

    fn find_shipped(&self, key: &PromptKey) -> Option<Vec<u8>> {
        let prompt = Prompt::of_name(key.name())?;
        let found = Prompts::shipped().find_own(key.language(), prompt)?;
        Some(found.to_vec())
    }

    fn record(&self, wav: &[u8]) -> Result<Vec<u8>, String> {
        Prompts::record(wav).map_err(|error| error.to_string())
    }

    fn play(&self, recording: &[u8]) -> Option<Vec<u8>> {
        Prompts::play(recording)
    }

    fn revision(&self) -> i64 {
        self.0.read().unwrap_or_else(PoisonError::into_inner).revision
    }

    fn learn(&self, revision: i64, own: Vec<OwnPrompt>) {
        let mut prompts = Prompts::shipped();
        for OwnPrompt { key, recording } in own {
            // One that another version knew is never asked for.
            if let Some(prompt) = Prompt::of_name(key.name()) {
                prompts.put(key.language(), prompt, recording);
            }
        }
        let held = Held {
            revision,
            prompts: Arc::new(prompts),
        };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = held;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(language: &str, name: &str) -> OwnPrompt {
        OwnPrompt {
            key: PromptKey::new(language, name).unwrap(),
            recording: vec![7; 900],
        }
    }

    #[test]
    fn what_is_learned_is_said_by_the_next_call_and_not_by_the_present_one() {
        let current = CurrentPrompts::default();
        let present = current.now();

        current.learn(
            3,
            vec![own("de", "thanks"), own("pt", "thanks"), own("de", "unheard-of")],
        );

        let find = |prompts: &Prompts, language| prompts.find(language, Prompt::Thanks).unwrap();
        assert_ne!(*find(&present, "de"), [7; 900]);
        assert_eq!(*find(&current.now(), "de-AT"), [7; 900]);
        assert_eq!(*find(&current.now(), "pt"), [7; 900]);
        assert_eq!(current.revision(), 3);
        current.learn(4, Vec::new());
        assert_eq!(find(&current.now(), "de"), find(&present, "de"));
    }

    #[test]
    fn a_language_with_every_prompt_can_be_chosen() {
        let current = CurrentPrompts::default();
        let mut all: Vec<OwnPrompt> = Prompt::ALL
            .iter()
            .map(|prompt| own("pt", prompt.name()))
            .collect();

        current.learn(1, all.clone());
        assert!(current.now().languages().contains(&"pt".to_owned()));
        all.pop();
        current.learn(2, all);
        assert!(!current.now().languages().contains(&"pt".to_owned()));
    }
}
