//! Reads the results of tests from what `cargo test` prints and from the file of skips.

use std::collections::BTreeMap;

/// The counts of one run of `cargo test`.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Results {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
    /// The names of failed tests.
    pub failures: Vec<String>,
    /// Why tests skipped, and how many for each reason.
    pub reasons: BTreeMap<String, usize>,
}

impl Results {
    /// Takes one line of the output of `cargo test`.
    pub(super) fn see(&mut self, line: &str) {
        if let Some(counts) = line.strip_prefix("test result: ") {
            self.passed += count(counts, "passed");
            self.failed += count(counts, "failed");
            let ignored = count(counts, "ignored");
            self.skip("ignored", ignored);
        } else if let Some(name) = line
            .strip_prefix("test ")
            .and_then(|line| line.strip_suffix(" ... FAILED"))
        {
            self.failures.push(name.to_owned());
        }
    }

    /// Takes the file to which tests write why they skipped. For cargo such a test has passed.
    pub(super) fn see_skips(&mut self, file: &str) {
        for line in file.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let reason = line.strip_prefix("SKIPPED:").unwrap_or(line).trim();
            self.passed = self.passed.saturating_sub(1);
            self.skip(reason, 1);
        }
    }

    /// Takes the verdict of cargo itself: a crash or a build error leaves no line behind.
    pub(super) fn end(&mut self, success: bool, status: &str) {
        if !success && self.failed == 0 {
            self.failed = 1;
            self.failures.push(format!("cargo test ended with {status}"));
        }
    }

    fn skip(&mut self, reason: &str, count: usize) {
        if count != 0 {
            self.skipped += count;
            *self.reasons.entry(reason.to_owned()).or_default() += count;
        }
    }
}

/// Reads `3` from `ok. 3 passed; 0 failed`.
fn count(counts: &str, word: &str) -> usize {
    counts
        .split([';', '.'])
        .find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_several_binaries_add_up() {
        let mut results = Results::default();

        results.see(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s",
        );
        results.see("test a::b ... FAILED");
        results.see("test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out");
        results.end(false, "exit status: 101");

        assert_eq!((results.passed, results.failed, results.skipped), (15, 1, 1));
        assert_eq!(results.failures, ["a::b"]);
    }

    #[test]
    fn a_test_that_skipped_itself_has_not_passed() {
        let mut results = Results {
            passed: 5,
            ..Results::default()
        };

        results.see_skips("no Chromium\nSKIPPED: no Chromium\n");

        assert_eq!((results.passed, results.skipped), (3, 2));
        assert_eq!(results.reasons["no Chromium"], 2);
    }

    #[test]
    fn a_crash_without_a_result_line_is_a_failure() {
        let mut results = Results::default();

        results.end(false, "signal: 11");

        assert_eq!(results.failed, 1);
    }
}
