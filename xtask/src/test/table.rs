//! The end of a test run: a table, and one line that a machine can read.

use std::process::ExitCode;

use super::step::{Finished, Step, Verdict};

#[derive(Default)]
struct Totals {
    passed: usize,
    failed: usize,
    skipped: usize,
}

/// Prints the table and tells whether the run was good: nothing failed, and tests ran at all.
pub(super) fn print(steps: &[Finished]) -> ExitCode {
    let table = render(steps);
    print!("\n{}", table.text);
    if table.good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

struct Table {
    text: String,
    good: bool,
}

fn render(steps: &[Finished]) -> Table {
    let mut lines = vec![row(["step", "result", "time", "passed", "failed", "skipped"], "")];
    let (mut totals, mut tests) = (Totals::default(), 0);
    for Finished { name, step, time } in steps {
        let step_totals = totals_of(step);
        if let Step::Tests(results) = step {
            tests += results.passed + results.failed;
        }
        totals.passed += step_totals.passed;
        totals.failed += step_totals.failed;
        totals.skipped += step_totals.skipped;
        let result = match &step_totals {
            totals if totals.failed != 0 => "FAILED",
            totals if totals.passed != 0 => "ok",
            _ => "skipped",
        };
        let cells = [
            (*name).to_owned(),
            result.to_owned(),
            format!("{:.1} s", time.as_secs_f64()),
            step_totals.passed.to_string(),
            step_totals.failed.to_string(),
            step_totals.skipped.to_string(),
        ];
        lines.push(row(cells.each_ref().map(String::as_str), &why(step)));
    }
    lines.extend(failures(steps));
    if tests == 0 {
        lines.push("No test ran, so this run proves nothing.".to_owned());
    }
    lines.push(format!(
        "{} passed, {} failed, {} skipped\n",
        totals.passed, totals.failed, totals.skipped
    ));
    Table {
        text: lines.join("\n"),
        good: totals.failed == 0 && tests != 0,
    }
}

fn row([step, result, time, passed, failed, skipped]: [&str; 6], why: &str) -> String {
    format!("{step:<20} {result:<8} {time:>9} {passed:>7} {failed:>7} {skipped:>8}  {why}")
        .trim_end()
        .to_owned()
}

fn totals_of(step: &Step) -> Totals {
    match step {
        Step::Check(Verdict::Fail(_)) => Totals {
            failed: 1,
            ..Totals::default()
        },
        Step::Check(Verdict::Pass) => Totals {
            passed: 1,
            ..Totals::default()
        },
        Step::Check(Verdict::Skip(_)) => Totals {
            skipped: 1,
            ..Totals::default()
        },
        Step::Tests(results) => Totals {
            passed: results.passed,
            failed: results.failed,
            skipped: results.skipped,
        },
    }
}

fn why(step: &Step) -> String {
    match step {
        Step::Check(Verdict::Pass) => String::new(),
        // The whole reason stands above, in the output of the step.
        Step::Check(Verdict::Fail(reason) | Verdict::Skip(reason)) => {
            reason.lines().next().unwrap_or_default().to_owned()
        }
        Step::Tests(results) => {
            let reasons = results
                .reasons
                .iter()
                .map(|(reason, count)| format!("{count} × {reason}"));
            reasons.collect::<Vec<_>>().join("; ")
        }
    }
}

fn failures(steps: &[Finished]) -> Vec<String> {
    let mut lines = Vec::new();
    for Finished { name, step, .. } in steps {
        if let Step::Tests(results) = step {
            lines.extend(
                results
                    .failures
                    .iter()
                    .map(|failure| format!("failed, {name}: {failure}")),
            );
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::results::Results;
    use super::*;

    fn finished(name: &'static str, step: impl Into<Step>) -> Finished {
        Finished {
            name,
            step: step.into(),
            time: Duration::from_millis(1500),
        }
    }

    #[test]
    fn the_last_line_counts_tests_and_checks() {
        let tests = Results {
            passed: 40,
            skipped: 1,
            ..Results::default()
        };
        let steps = [
            finished("fmt", Verdict::Pass),
            finished("advisories", Verdict::Skip("no database".to_owned())),
            finished("tests on SQLite", Step::Tests(tests)),
        ];

        let table = render(&steps);

        assert_eq!(table.text.lines().last(), Some("41 passed, 0 failed, 2 skipped"));
        assert!(table.text.contains("no database"));
        assert!(table.good);
    }

    #[test]
    fn one_failure_fails_the_run() {
        let tests = Results {
            passed: 1,
            ..Results::default()
        };
        let steps = [
            finished("fmt", Verdict::Fail("exit status: 1".to_owned())),
            finished("tests", Step::Tests(tests)),
        ];

        assert!(!render(&steps).good);
    }

    #[test]
    fn a_run_without_tests_is_not_good() {
        assert!(!render(&[finished("fmt", Verdict::Pass)]).good);
    }
}
