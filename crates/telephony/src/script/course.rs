//! Dialling, answering and ending.

use std::time::Duration;

use super::{Action, Line, Script, State, Step, Then};
use crate::{Extension, NotReached, Outcome, Prompt};

impl Script {
    /// Whatever has its time up at `now`.
    pub(super) fn expire(&mut self, now: Duration, actions: &mut Vec<Action>) {
        if self.plan.timings.overall <= now {
            let outcome = match self.state {
                State::Dialing | State::Ringing { .. } => NotReached::NoAnswer.into(),
                _ => Outcome::TimedOut,
            };
            return self.end(outcome, actions);
        }
        match self.state {
            State::Ringing { .. } => self.not_reached(NotReached::NoAnswer, actions),
            State::Settling { then, .. } => match then {
                Then::Extension => match self.extension().cloned() {
                    Some(extension) => {
                        self.state = State::SendingExtension;
                        actions.push(Action::Send(extension));
                    }
                    None => self.greet(actions),
                },
                Then::Greet => self.greet(actions),
            },
            State::Collecting { .. } => self.no_more_keys(now, actions),
            State::AskingFraud { .. } => self.report_fraud(now, self.plan.fraud_blocks, actions),
            State::Closing { .. } => self.end(Outcome::TimedOut, actions),
            State::Idle
            | State::Dialing
            | State::SendingExtension
            | State::Greeting
            | State::Checking
            | State::Over => {}
        }
    }

    pub(super) fn ring(&mut self, now: Duration, actions: &mut Vec<Action>) {
        if self.state == State::Dialing {
            self.state = State::Ringing {
                until: now + self.plan.timings.ring,
            };
            actions.push(Action::Report(Step::Ringing));
        }
    }

    pub(super) fn diverted(&mut self, actions: &mut Vec<Action>) {
        let is_unanswered = matches!(self.state, State::Dialing | State::Ringing { .. });
        if is_unanswered && self.plan.refuses_diversion {
            self.end(NotReached::Forwarded.into(), actions);
        }
    }

    pub(super) fn answer(&mut self, now: Duration, actions: &mut Vec<Action>) {
        if !matches!(self.state, State::Dialing | State::Ringing { .. }) {
            return;
        }
        self.answered = now;
        let (pause, then) = match self.extension() {
            Some(_) => (self.plan.timings.before_extension, Then::Extension),
            None => (self.plan.timings.settle, Then::Greet),
        };
        self.state = State::Settling {
            until: now + pause,
            then,
        };
        actions.push(Action::Report(Step::Answered));
    }

    pub(super) fn extension_sent(&mut self, now: Duration) {
        if self.state == State::SendingExtension {
            self.state = State::Settling {
                until: now + self.plan.timings.after_extension,
                then: Then::Greet,
            };
        }
    }

    pub(super) fn not_reached(&mut self, reason: NotReached, actions: &mut Vec<Action>) {
        if !matches!(self.state, State::Dialing | State::Ringing { .. }) {
            return;
        }
        if reason.may_try_backup() && self.plan.has_backup && self.line == Line::First {
            self.line = Line::Backup;
            self.state = State::Dialing;
            actions.extend([
                Action::HangUp,
                Action::Report(Step::Dialing),
                Action::Dial(Line::Backup),
            ]);
        } else {
            self.end(reason.into(), actions);
        }
    }

    fn greet(&mut self, actions: &mut Vec<Action>) {
        self.state = State::Greeting;
        let mut prompts = vec![Prompt::Greeting];
        prompts.extend(self.plan.instruction());
        prompts.push(Prompt::FraudHint);
        self.play(prompts, actions);
    }

    pub(super) fn said(&mut self, now: Duration, prompts: usize, actions: &mut Vec<Action>) {
        let all = self.prompts <= prompts;
        match self.state {
            State::Greeting if self.plan.instruction().len() < prompts => {
                self.collect(now.max(self.answered + self.plan.timings.deaf), now, false);
                actions.push(Action::Report(Step::Waiting));
            }
            // Who listens to the end has all the time from there on.
            State::Collecting { opens, repeated, .. } if all && self.entered.is_empty() => {
                self.collect(opens, now, repeated);
            }
            State::Closing { .. } if all => self.end(Outcome::TimedOut, actions),
            _ => {}
        }
    }

    /// Decides and says goodbye.
    pub(super) fn close(
        &mut self,
        now: Duration,
        outcome: Outcome,
        last_words: Prompt,
        actions: &mut Vec<Action>,
    ) {
        self.decide(outcome, actions);
        self.entered.clear();
        self.state = State::Closing {
            until: now + self.plan.timings.closing,
        };
        self.play(vec![last_words], actions);
    }

    /// Ends without a word. Who was asked about a fraud has reported one.
    pub(super) fn end(&mut self, outcome: Outcome, actions: &mut Vec<Action>) {
        let outcome = match self.state {
            State::AskingFraud { .. } => Outcome::Fraud {
                block: self.plan.fraud_blocks,
            },
            _ => outcome,
        };
        self.decide(outcome, actions);
        self.entered.clear();
        self.state = State::Over;
        actions.push(Action::HangUp);
    }

    pub(super) fn hung_up(&self) -> Outcome {
        match self.state {
            State::Dialing | State::Ringing { .. } => NotReached::NoAnswer.into(),
            _ if self.machine && !self.pressed => Outcome::Voicemail,
            _ => Outcome::HungUp,
        }
    }

    fn extension(&self) -> Option<&Extension> {
        match self.line {
            Line::First => self.plan.extension.as_ref(),
            Line::Backup => self.plan.backup_extension.as_ref(),
        }
    }
}
