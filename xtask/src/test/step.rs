//! One step of a test run and what came of it.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::results::Results;
use crate::command::stream;

/// The steps that ran, in their order. A step that fails does not keep the next from running.
#[derive(Default)]
pub(super) struct Steps(pub Vec<Finished>);

/// A step with its name and how long it took.
pub(super) struct Finished {
    pub name: &'static str,
    pub step: Step,
    pub time: Duration,
}

/// What came of a step: one verdict, or the results of many tests.
pub(super) enum Step {
    Check(Verdict),
    Tests(Results),
}

pub(super) enum Verdict {
    Fail(String),
    Pass,
    Skip(String),
}

impl From<Verdict> for Step {
    fn from(verdict: Verdict) -> Self {
        Self::Check(verdict)
    }
}

impl Step {
    /// Runs a command whose exit status is the verdict.
    pub(super) fn of(command: &mut Command) -> Result<Self> {
        let status = stream(command, |_| ())?;
        let verdict = if status.success() {
            Verdict::Pass
        } else {
            Verdict::Fail(status.to_string())
        };
        Ok(verdict.into())
    }
}

impl Steps {
    pub(super) fn run(&mut self, name: &'static str, work: impl FnOnce() -> Result<Step>) {
        println!("\n=== {name}");
        let begin = Instant::now();
        let step = work().unwrap_or_else(|error| Verdict::Fail(format!("{error:#}")).into());
        if let Step::Check(Verdict::Fail(reason) | Verdict::Skip(reason)) = &step {
            println!("{name}: {reason}");
        }
        self.0.push(Finished {
            name,
            step,
            time: begin.elapsed(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_cannot_start_fails_and_the_next_one_runs() {
        let mut steps = Steps::default();

        steps.run("first", || Step::of(&mut Command::new("/no/such/program")));
        steps.run("second", || Step::of(&mut Command::new("true")));

        assert!(matches!(steps.0[0].step, Step::Check(Verdict::Fail(_))));
        assert!(matches!(steps.0[1].step, Step::Check(Verdict::Pass)));
    }
}
