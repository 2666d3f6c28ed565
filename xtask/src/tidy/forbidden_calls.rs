//! Time, chance and environment enter through the binary only.

use super::Problem;
use super::tree::{File, Tree};

const CALLS: [(&str, &str); 7] = [
    ("SystemTime::now", "the time"),
    (
        "Instant::now",
        "the time (for a mere duration write `// monotonic:` and why on the line above)",
    ),
    ("Utc::now", "the time"),
    ("Timestamp::now", "the time"),
    ("Zoned::now", "the time"),
    ("env::var", "the setting"),
    ("rand::", "the source of chance"),
];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let files = tree
        .rust()
        .filter(|file| file.path.starts_with("crates/") && !is_free(file));
    files.flat_map(check_file).collect()
}

fn is_free(file: &File) -> bool {
    file.path.starts_with("crates/portcullis/") || file.is_for_tests()
}

fn check_file(file: &File) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (line, code) in file.code() {
        for (call, what) in CALLS.iter().filter(|(call, _)| calls(code, call)) {
            if is_excused(file, line, call) {
                continue;
            }
            let text = format!("`{call}` outside the binary; take {what} as a parameter");
            problems.push(Problem::new(&file.path, line, text));
        }
    }
    problems
}

/// Tells whether `code` contains `call` as whole words.
fn calls(code: &str, call: &str) -> bool {
    code.match_indices(call).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    })
}

fn is_excused(file: &File, line: usize, call: &str) -> bool {
    match call {
        // The one crate whose work it is to draw random values.
        "rand::" => file.path.starts_with("crates/crypto/"),
        "Instant::now" => {
            let above = line.checked_sub(2).and_then(|index| file.text.lines().nth(index));
            above.is_some_and(|above| above.trim_start().starts_with("// monotonic:"))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn each_forbidden_call_fails() {
        for (call, _) in CALLS {
            assert_eq!(
                count("crates/ops/src/a.rs", &format!("let a = std::{call}();\n")),
                1,
                "{call}"
            );
        }
    }

    #[test]
    fn the_binary_tests_and_comments_are_free() {
        let text = "let now = Timestamp::now();\n";

        assert_eq!(count("crates/portcullis/src/clock.rs", text), 0);
        assert_eq!(count("crates/testkit/src/world.rs", text), 0);
        assert_eq!(count("crates/http/tests/it/main.rs", text), 0);
        assert_eq!(
            count(
                "crates/ops/src/a.rs",
                "// not Timestamp::now\nlet a = \"rand::\"; operand::f();\n"
            ),
            0
        );
    }

    #[test]
    fn a_duration_is_measured_with_a_reason() {
        let text = "// monotonic: only for the metric\nlet begin = Instant::now();\n";

        assert_eq!(count("crates/ops/src/a.rs", text), 0);
        assert_eq!(
            count("crates/ops/src/a.rs", &text.replace("monotonic", "quick")),
            1
        );
    }

    #[test]
    fn only_crypto_draws_random_values() {
        assert_eq!(
            count("crates/crypto/src/a.rs", "aws_lc_rs::rand::fill(&mut bytes)"),
            0
        );
        assert_eq!(
            count("crates/ops/src/a.rs", "aws_lc_rs::rand::fill(&mut bytes)"),
            1
        );
    }
}
