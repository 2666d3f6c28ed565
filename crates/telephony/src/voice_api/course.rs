//! The script of a call, played to a provider that asks for it piece by piece.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use portcullis_model::Chance;
use tokio::time::Instant;

use super::Shared;
use super::line::{FromLine, Line};
use super::talk::{Talk, Turn};
use super::webhook::Status;
use crate::backend::{CallReport, CallSpec, Cancel, EventSink};
use crate::{Action, Event, Key, Line as Which, Outcome, Plan, Prompts, Script, Step, Task, VoiceReport};

pub(super) async fn run(
    shared: &Arc<Shared>,
    call: CallSpec,
    events: &dyn EventSink,
    mut cancel: Cancel,
) -> CallReport {
    let mut course = Course {
        shared,
        prompts: shared.prompts.now(),
        call: &call,
        events,
        line: None,
        which: Which::First,
        answered: None,
        refused: 0,
    };
    let Some(plan) = plan_of(&call, shared.chance.as_ref()) else {
        events.reached(Step::Finished(Outcome::Unchecked));
        return course.report(Outcome::Unchecked, Duration::ZERO);
    };
    let mut script = Script::new(plan);
    // monotonic: the times of the script
    let begin = Instant::now();
    let mut is_cancelled = false;
    let mut actions = script.start();
    loop {
        for action in actions {
            course.perform(action);
        }
        let Some(due) = script.due() else { break };
        course.go_on(&script, begin.elapsed(), due);
        let happened = tokio::select! {
            biased;
            _ = &mut cancel, if !is_cancelled => {
                is_cancelled = true;
                vec![Event::Cancelled]
            }
            news = next(&mut course.line) => course.line_says(news, begin.elapsed()),
            () = tokio::time::sleep_until(begin + due) => vec![Event::Tick],
        };
        let now = begin.elapsed();
        actions = happened
            .into_iter()
            .flat_map(|event| script.on(now, event))
            .collect();
    }
    let outcome = script.outcome().unwrap_or(Outcome::Lost);
    course.report(outcome, begin.elapsed())
}

/// The plan as this way of calling can carry it out: without PINs, and with a key to press before `#`, which alone could
/// not be told from silence. The provider dials the extension.
fn plan_of(call: &CallSpec, chance: &dyn Chance) -> Option<Plan> {
    let mut plan = call.plan.clone();
    plan.task = match plan.task {
        Task::Pin => return None,
        Task::Confirm => Task::ConfirmWith(draw(chance)?),
        task => task,
    };
    plan.extension = None;
    plan.backup_extension = None;
    plan.has_backup = call.backup.is_some();
    Some(plan)
}

/// A digit that does not begin a report of fraud.
fn draw(chance: &dyn Chance) -> Option<Key> {
    let digit = u8::try_from(chance.below(9)).ok()?;
    Key::new(b'1' + digit)
}

struct Course<'a> {
    shared: &'a Arc<Shared>,
    prompts: Arc<Prompts>,
    call: &'a CallSpec,
    events: &'a dyn EventSink,
    line: Option<(Line, Talk)>,
    which: Which,
    answered: Option<Duration>,
    refused: u32,
}

impl Course<'_> {
    fn perform(&mut self, action: Action) {
        match (action, &mut self.line) {
            (Action::Dial(which), _) => self.dial(which),
            (Action::HangUp, line) => {
                if let Some((_, talk)) = line {
                    talk.hang_up();
                }
                *line = None;
            }
            (Action::Play { playlist, prompts }, Some((_, talk))) => talk.say(playlist, prompts),
            (Action::Hush, Some((_, talk))) => talk.hush(),
            (Action::Report(step), _) => self.events.reached(step),
            // No plan of ours has an extension to send or a PIN to check.
            (Action::Send(_) | Action::Check(_) | Action::Play { .. } | Action::Hush, _) => {}
        }
    }

    fn dial(&mut self, which: Which) {
        self.which = which;
        let number = match (which, &self.call.backup) {
            (Which::Backup, Some(backup)) => backup,
            _ => &self.call.number,
        };
        let line = Line::dial(self.shared, &self.prompts, number, self.call);
        let talk = Talk::new(line.addresses.clone());
        self.line = Some((line, talk));
    }

    fn go_on(&mut self, script: &Script, now: Duration, due: Duration) {
        let Some((_, talk)) = &mut self.line else { return };
        let turn = Turn {
            listens: script.listens(),
            now,
            patience: due.saturating_sub(now).min(self.call.plan.timings.between_keys),
        };
        talk.go_on(&turn, |prompt| {
            let recording = self.prompts.find(&self.call.language, prompt);
            let samples = recording.map_or(0, |recording| recording.len());
            // 8,000 samples a second.
            Duration::from_micros(u64::try_from(samples).unwrap_or(0) * 125)
        });
    }

    fn line_says(&mut self, news: Option<FromLine>, now: Duration) -> Vec<Event> {
        let Some(news) = news else {
            // A line that ends without a word is no line.
            self.line = None;
            return vec![Event::MediaLost];
        };
        match news {
            FromLine::Status(status) => match status {
                Status::Queued => Vec::new(),
                Status::Ringing => vec![Event::Ringing],
                Status::InProgress => {
                    self.answered.get_or_insert(now);
                    vec![Event::Answered]
                }
                Status::Completed => vec![Event::HungUp],
                Status::NotReached(reason) if self.answered.is_none() => vec![Event::NotReached(reason)],
                Status::NotReached(_) => vec![Event::MediaLost],
            },
            FromLine::Asks {
                step,
                webhook,
                answer,
            } => {
                let talk = self.line.as_mut().map(|(_, talk)| talk);
                match talk.and_then(|talk| talk.hear(now, step, &webhook, answer)) {
                    Some(events) => {
                        self.answered.get_or_insert(now);
                        events
                    }
                    None => self.refuse(),
                }
            }
            FromLine::Refused => self.refuse(),
        }
    }

    fn refuse(&mut self) -> Vec<Event> {
        self.refused += 1;
        Vec::new()
    }

    fn report(self, outcome: Outcome, lasted: Duration) -> CallReport {
        CallReport {
            outcome,
            line: self.which,
            trunk: Some(self.shared.settings.host()),
            lasted,
            connected: self
                .answered
                .map_or(Duration::ZERO, |answered| lasted.saturating_sub(answered)),
            key_source: match outcome {
                Outcome::Granted(source) => Some(source),
                _ => None,
            },
            voice: VoiceReport {
                refused: self.refused,
                ..VoiceReport::default()
            },
        }
    }
}

/// The next word of a line that may not be there yet.
async fn next(line: &mut Option<(Line, Talk)>) -> Option<FromLine> {
    match line {
        Some((line, _)) => line.news.recv().await,
        None => pending().await,
    }
}
