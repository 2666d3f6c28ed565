mod cases;
mod properties;

use std::time::Duration;

use super::{Action, Event, Plan, Script, Step, Task, Verdict};
use crate::{Digits, Key, KeySource, Outcome};

pub(super) fn key(label: u8) -> Event {
    Event::Key {
        key: Key::new(label).unwrap(),
        source: KeySource::Event,
    }
}

/// A call at the point where the person may press keys.
pub(super) struct Call {
    pub(super) script: Script,
    pub(super) now: Duration,
    pub(super) actions: Vec<Action>,
}

impl Call {
    pub(super) fn begin(plan: Plan) -> Self {
        let mut script = Script::new(plan);
        let actions = script.start();
        Self {
            script,
            now: Duration::ZERO,
            actions,
        }
    }

    /// Answered, greeted, instructed.
    pub(super) fn instructed(plan: Plan) -> Self {
        let mut call = Self::begin(plan);
        call.after(1000, Event::Ringing);
        call.after(3000, Event::Answered);
        call.after(500, Event::Tick);
        let instruction = call.script.plan.instruction().len();
        call.after(
            5000,
            Event::Said {
                playlist: 1,
                prompts: 1 + instruction,
            },
        );
        call
    }

    pub(super) fn of(task: Task) -> Self {
        Self::instructed(Plan::new(task))
    }

    pub(super) fn matching() -> Self {
        Self::of(Task::Match(Digits::parse("4711").unwrap()))
    }

    pub(super) fn after(&mut self, millis: u64, event: Event) -> &mut Self {
        self.now += Duration::from_millis(millis);
        let actions = self.script.on(self.now, event);
        self.actions.extend(actions);
        self
    }

    pub(super) fn keys(&mut self, labels: &str) -> &mut Self {
        for label in labels.bytes() {
            self.after(600, key(label));
        }
        self
    }

    pub(super) fn outcome(&self) -> Option<Outcome> {
        let mut finished = self.actions.iter().filter_map(|action| match action {
            Action::Report(Step::Finished(outcome)) => Some(*outcome),
            _ => None,
        });
        let first = finished.next();
        assert!(finished.next().is_none(), "a call ends once");
        first
    }

    pub(super) fn checks(&mut self, verdict: Verdict) -> &mut Self {
        assert!(matches!(self.actions.last(), Some(Action::Check(_))));
        self.after(50, Event::Checked(verdict))
    }
}
