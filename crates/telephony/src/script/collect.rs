//! Keys, and what they amount to.

use std::time::Duration;

use super::{Action, Script, State, Task, Verdict};
use crate::{Digits, Key, KeySource, Outcome, Prompt};

/// Before `#`, a report of fraud.
const FRAUD: u8 = b'0';
/// Confirms that the phone is to be blocked.
const BLOCK: u8 = b'1';

impl Script {
    pub(super) fn press(&mut self, now: Duration, key: Key, source: KeySource, actions: &mut Vec<Action>) {
        if !self.filter.admit(now, key, source) {
            return;
        }
        match self.state {
            State::Collecting {
                opens,
                last,
                repeated,
                ..
            } if opens <= now => {
                self.pressed = true;
                self.last_source = source;
                actions.push(Action::Hush);
                self.state = State::Collecting {
                    opens,
                    until: last.min(now + self.plan.timings.between_keys),
                    last,
                    repeated,
                };
                match key {
                    Key::POUND => self.submit(now, actions),
                    Key::STAR => self.forget(),
                    key => self.overflowed |= !self.entered.push(key),
                }
            }
            State::AskingFraud { .. } if key != Key::POUND => {
                let block = key.label() == BLOCK;
                self.report_fraud(now, block, actions);
            }
            _ => {}
        }
    }

    fn submit(&mut self, now: Duration, actions: &mut Vec<Action>) {
        let entered = std::mem::take(&mut self.entered);
        if std::mem::take(&mut self.overflowed) {
            return self.wrong(now, actions);
        }
        if entered.expose().as_bytes() == [FRAUD] {
            self.state = State::AskingFraud {
                until: now + self.plan.timings.fraud,
            };
            return self.play(vec![Prompt::FraudQuestion], actions);
        }
        let is_right = match &self.plan.task {
            Task::Confirm => entered.is_empty(),
            Task::ConfirmWith(key) => entered.expose().as_bytes() == [key.label()],
            Task::Match(digits) => !digits.is_empty() && entered.is(digits),
            Task::Pin if entered.is_empty() => false,
            Task::Pin => {
                self.state = State::Checking;
                return actions.push(Action::Check(entered));
            }
        };
        if is_right {
            self.grant(now, actions);
        } else {
            self.wrong(now, actions);
        }
    }

    pub(super) fn checked(&mut self, now: Duration, verdict: Verdict, actions: &mut Vec<Action>) {
        if self.state != State::Checking {
            return;
        }
        match verdict {
            Verdict::Right => self.grant(now, actions),
            Verdict::Wrong => self.wrong(now, actions),
            Verdict::Locked => self.close(now, Outcome::Locked, Prompt::Goodbye, actions),
            Verdict::Unavailable => self.close(now, Outcome::Unchecked, Prompt::Goodbye, actions),
        }
    }

    fn grant(&mut self, now: Duration, actions: &mut Vec<Action>) {
        self.close(now, Outcome::Granted(self.last_source), Prompt::Thanks, actions);
    }

    fn wrong(&mut self, now: Duration, actions: &mut Vec<Action>) {
        self.wrong += 1;
        if self.plan.tries <= self.wrong {
            return self.close(now, Outcome::WrongPin, Prompt::Goodbye, actions);
        }
        self.collect(now, now, true);
        let mut prompts = vec![Prompt::NotRight];
        prompts.extend(self.plan.instruction());
        self.play(prompts, actions);
    }

    pub(super) fn report_fraud(&mut self, now: Duration, block: bool, actions: &mut Vec<Action>) {
        let last_words = if block {
            Prompt::FraudBlocked
        } else {
            Prompt::FraudReported
        };
        self.close(now, Outcome::Fraud { block }, last_words, actions);
    }

    /// The person waits too long: once they are told again.
    pub(super) fn no_more_keys(&mut self, now: Duration, actions: &mut Vec<Action>) {
        let State::Collecting { opens, repeated, .. } = self.state else {
            return;
        };
        if repeated || !self.entered.is_empty() {
            let is_machine = self.machine && !self.pressed;
            let outcome = if is_machine {
                Outcome::Voicemail
            } else {
                Outcome::NoInput
            };
            return self.close(now, outcome, Prompt::Goodbye, actions);
        }
        self.collect(opens, now, true);
        let mut prompts = self.plan.instruction();
        prompts.push(Prompt::FraudHint);
        self.play(prompts, actions);
    }

    /// Waits for keys from `now` on, which count from `opens` on.
    pub(super) fn collect(&mut self, opens: Duration, now: Duration, repeated: bool) {
        let last = now + self.plan.timings.collect;
        self.state = State::Collecting {
            opens,
            until: last,
            last,
            repeated,
        };
    }

    fn forget(&mut self) {
        self.entered = Digits::default();
        self.overflowed = false;
    }
}
