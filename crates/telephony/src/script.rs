//! The course of a call as a pure machine: what happened and when goes in, what to do comes out.

mod collect;
mod course;
mod keys;
mod plan;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::{Digits, Extension, Key, KeySource, NotReached, Outcome, Prompt};
use keys::KeyFilter;
pub use plan::{Plan, Task, Timings};

/// What happened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Event {
    /// Nothing; only time passed.
    Tick,
    Ringing,
    /// The provider says that the call goes to another number.
    Diverted,
    /// The call was answered (a 2xx, never mere early media).
    Answered,
    /// The line that was dialled is not reached, on any trunk.
    NotReached(NotReached),
    /// A key came from the negotiated peer of the answered call.
    Key {
        key: Key,
        source: KeySource,
    },
    /// So many prompts of this playlist were heard to their end.
    Said {
        playlist: u32,
        prompts: usize,
    },
    ExtensionSent,
    /// The voice sounds like a machine that takes messages.
    Machine,
    /// The answer to [`Action::Check`].
    Checked(Verdict),
    HungUp,
    MediaLost,
    /// Whoever wanted the call no longer does.
    Cancelled,
}

/// What to do, in this order.
#[derive(Clone, Debug)]
pub enum Action {
    Dial(Line),
    /// Ends the call, or the attempt if nobody answered yet.
    HangUp,
    Play {
        playlist: u32,
        prompts: Vec<Prompt>,
    },
    Hush,
    Send(Extension),
    Check(Digits),
    Report(Step),
}

/// Which of the person's numbers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Line {
    First,
    Backup,
}

/// How far the call is, for the page that waits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    Queued,
    Dialing,
    Ringing,
    Answered,
    /// For keys.
    Waiting,
    /// Comes exactly once and last.
    Finished(Outcome),
}

/// What became of a PIN.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    Right,
    Wrong,
    /// Too many wrong ones, in this call or before.
    Locked,
    /// It could not be checked.
    Unavailable,
}

/// One call. Times are since the call was asked for.
#[derive(Debug)]
pub struct Script {
    plan: Plan,
    state: State,
    outcome: Option<Outcome>,
    filter: KeyFilter,
    entered: Digits,
    /// More keys came than fit.
    overflowed: bool,
    last_source: KeySource,
    wrong: u32,
    line: Line,
    playlist: u32,
    /// How many prompts the current playlist has.
    prompts: usize,
    answered: Duration,
    pressed: bool,
    machine: bool,
}

/// What a key is for at the moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Listens {
    /// It does not count yet.
    ToNothing,
    /// It is one of a row that `#` ends.
    ToRow,
    /// It is the whole answer.
    ToOneKey,
    /// It cannot change anything any more.
    NoMore,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Idle,
    Dialing,
    Ringing {
        until: Duration,
    },
    /// Answered; waits before the extension or the greeting.
    Settling {
        until: Duration,
        then: Then,
    },
    SendingExtension,
    /// Keys do not count yet.
    Greeting,
    Collecting {
        /// Keys count from here.
        opens: Duration,
        /// Until when the next key must come.
        until: Duration,
        /// Until when all of them must have come.
        last: Duration,
        repeated: bool,
    },
    Checking,
    AskingFraud {
        until: Duration,
    },
    /// Decided; says goodbye.
    Closing {
        until: Duration,
    },
    Over,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Then {
    Extension,
    Greet,
}

impl Script {
    pub fn new(plan: Plan) -> Self {
        Self {
            plan,
            state: State::Idle,
            outcome: None,
            filter: KeyFilter::default(),
            entered: Digits::default(),
            overflowed: false,
            last_source: KeySource::InBand,
            wrong: 0,
            line: Line::First,
            playlist: 0,
            prompts: 0,
            answered: Duration::ZERO,
            pressed: false,
            machine: false,
        }
    }

    /// Begins: the first actions.
    pub fn start(&mut self) -> Vec<Action> {
        if self.state != State::Idle {
            return Vec::new();
        }
        self.state = State::Dialing;
        vec![Action::Report(Step::Dialing), Action::Dial(Line::First)]
    }

    /// When to come back with [`Event::Tick`] at the latest.
    pub fn due(&self) -> Option<Duration> {
        let until = match self.state {
            State::Idle | State::Over => return None,
            State::Ringing { until }
            | State::Settling { until, .. }
            | State::Collecting { until, .. }
            | State::AskingFraud { until }
            | State::Closing { until } => until,
            State::Dialing | State::SendingExtension | State::Greeting | State::Checking => Duration::MAX,
        };
        Some(until.min(self.plan.timings.overall))
    }

    pub fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// How the call ended, once that is known; it never changes.
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome
    }

    pub(crate) fn listens(&self) -> Listens {
        match self.state {
            State::Collecting { .. } => Listens::ToRow,
            State::AskingFraud { .. } => Listens::ToOneKey,
            State::Closing { .. } | State::Over => Listens::NoMore,
            State::Idle
            | State::Dialing
            | State::Ringing { .. }
            | State::Settling { .. }
            | State::SendingExtension
            | State::Greeting
            | State::Checking => Listens::ToNothing,
        }
    }

    /// Takes note of `event`, which happened at `now`.
    pub fn on(&mut self, now: Duration, event: Event) -> Vec<Action> {
        let mut actions = Vec::new();
        // What came too late came too late, even if nobody looked at the clock in between.
        while self.due().is_some_and(|due| due <= now) {
            self.expire(now, &mut actions);
        }
        if matches!(self.state, State::Idle | State::Over) {
            return actions;
        }
        match event {
            Event::Ringing => self.ring(now, &mut actions),
            Event::Diverted => self.diverted(&mut actions),
            Event::Answered => self.answer(now, &mut actions),
            Event::NotReached(reason) => self.not_reached(reason, &mut actions),
            Event::Key { key, source } => self.press(now, key, source, &mut actions),
            Event::Said { playlist, prompts } if playlist == self.playlist => {
                self.said(now, prompts, &mut actions);
            }
            Event::ExtensionSent => self.extension_sent(now),
            Event::Machine => self.machine = true,
            Event::Checked(verdict) => self.checked(now, verdict, &mut actions),
            Event::HungUp => self.end(self.hung_up(), &mut actions),
            Event::MediaLost => self.end(Outcome::Lost, &mut actions),
            Event::Cancelled => self.end(Outcome::Cancelled, &mut actions),
            Event::Tick | Event::Said { .. } => {}
        }
        actions
    }

    /// The outcome is final from here on.
    fn decide(&mut self, outcome: Outcome, actions: &mut Vec<Action>) {
        if self.outcome.is_none() {
            self.outcome = Some(outcome);
            actions.push(Action::Report(Step::Finished(outcome)));
        }
    }

    fn play(&mut self, prompts: Vec<Prompt>, actions: &mut Vec<Action>) {
        self.playlist += 1;
        self.prompts = prompts.len();
        actions.push(Action::Play {
            playlist: self.playlist,
            prompts,
        });
    }
}
