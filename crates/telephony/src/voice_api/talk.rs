//! The conversation with a provider, in which it asks and we answer: each answer says where the next question comes.

use std::time::Duration;

use tokio::sync::oneshot;

use super::hooks::Addresses;
use super::twiml::{Document, Then};
use super::webhook::Webhook;
use crate::script::Listens;
use crate::{Event, Key, KeySource, Prompt};

/// One call's part of it.
pub(super) struct Talk {
    addresses: Addresses,
    /// Which question comes next. Any other, and the same once more, is refused.
    due: Option<u32>,
    last: u32,
    question: Option<oneshot::Sender<String>>,
    to_say: Option<(u32, Vec<Prompt>)>,
    /// What was handed over to be heard to its end.
    saying: Option<Saying>,
}

struct Saying {
    playlist: u32,
    prompts: usize,
    /// Nobody can have heard it before.
    until: Duration,
}

/// How the answer to a question is chosen.
pub(super) struct Turn {
    pub(super) listens: Listens,
    pub(super) now: Duration,
    /// How long the next key is waited for.
    pub(super) patience: Duration,
}

impl Talk {
    pub(super) fn new(addresses: Addresses) -> Self {
        Self {
            addresses,
            due: Some(0),
            last: 0,
            question: None,
            to_say: None,
            saying: None,
        }
    }

    /// Takes the question that is due and says what happened, or drops another one.
    pub(super) fn hear(
        &mut self,
        now: Duration,
        step: u32,
        webhook: &Webhook,
        question: oneshot::Sender<String>,
    ) -> Option<Vec<Event>> {
        if self.due != Some(step) {
            return None;
        }
        self.due = None;
        self.question = Some(question);
        if step == 0 {
            return Some(vec![Event::Answered]);
        }
        match self.saying.take() {
            // Keys before the instruction was heard are nobody's answer.
            Some(saying) if saying.until <= now => Some(vec![Event::Said {
                playlist: saying.playlist,
                prompts: saying.prompts,
            }]),
            Some(_) => Some(vec![Event::MediaLost]),
            None => {
                let pound = webhook.has_pound.then_some(Key::POUND);
                let keys = webhook.digits.iter().copied().chain(pound);
                let source = KeySource::Provider;
                Some(keys.map(|key| Event::Key { key, source }).collect())
            }
        }
    }

    /// Keeps what is to be said until the provider asks.
    pub(super) fn say(&mut self, playlist: u32, prompts: Vec<Prompt>) {
        self.to_say = Some((playlist, prompts));
    }

    pub(super) fn hush(&mut self) {
        self.to_say = None;
    }

    /// Ends the call with the answer, if there is a question.
    pub(super) fn hang_up(&mut self) {
        self.due = None;
        self.answer(&Document::HANG_UP);
    }

    /// Answers the question, if there is one and something to answer.
    pub(super) fn go_on(&mut self, turn: &Turn, lasts: impl Fn(Prompt) -> Duration) {
        if self.question.is_none() {
            return;
        }
        match turn.listens {
            Listens::ToNothing => self.say_first(turn.now, lasts),
            Listens::NoMore => {
                let plays = self.plays();
                self.answer(&Document {
                    plays,
                    then: Then::HangUp,
                });
            }
            listens => {
                let document = Document {
                    plays: self.plays(),
                    then: Then::Gather {
                        url: self.next(),
                        listens,
                        patience: turn.patience,
                    },
                };
                self.answer(&document);
            }
        }
    }

    /// Greeting and instruction are heard to their end. What comes after them may be cut short by a key.
    fn say_first(&mut self, now: Duration, lasts: impl Fn(Prompt) -> Duration) {
        let Some((playlist, mut prompts)) = self.to_say.take() else {
            return;
        };
        let place = prompts.iter().position(|prompt| *prompt == Prompt::FraudHint);
        let rest = prompts.split_off(place.unwrap_or(prompts.len()));
        let lasting: Duration = prompts.iter().map(|prompt| lasts(*prompt)).sum();
        self.saying = Some(Saying {
            playlist,
            prompts: prompts.len(),
            // A player may leave out the silence at an end.
            until: now + lasting * 3 / 4,
        });
        self.to_say = Some((playlist, prompts));
        let document = Document {
            plays: self.plays(),
            then: Then::Ask(self.next()),
        };
        self.to_say = (!rest.is_empty()).then_some((playlist, rest));
        self.answer(&document);
    }

    fn plays(&mut self) -> Vec<String> {
        let prompts = self.to_say.take().map(|(_, prompts)| prompts).unwrap_or_default();
        prompts
            .into_iter()
            .map(|prompt| self.addresses.of_recording(prompt))
            .collect()
    }

    /// Where the next question comes.
    fn next(&mut self) -> String {
        self.last += 1;
        self.due = Some(self.last);
        self.addresses.of_event(&self.last.to_string())
    }

    fn answer(&mut self, document: &Document) {
        if let Some(question) = self.question.take() {
            // A provider that waits no longer asks no more.
            let _ = question.send(document.to_xml());
        }
    }
}

#[cfg(test)]
mod tests;
