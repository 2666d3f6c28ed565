//! Nothing is left lying about: no unfinished code, no ignored test, no debugging print.

use super::Problem;
use super::tree::Tree;

const LEFTOVERS: [(&str, &str); 5] = [
    ("todo!", "write it, or leave the feature out"),
    ("unimplemented!", "write it, or leave the feature out"),
    (
        "#[ignore]",
        "make the test pass, skip it with a reason at run time, or remove it",
    ),
    (
        "#[ignore =",
        "make the test pass, skip it with a reason at run time, or remove it",
    ),
    ("dbg!", "remove it"),
];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.rust() {
        for (index, code) in file.rust.code.lines().enumerate() {
            for (leftover, advice) in LEFTOVERS.iter().filter(|(leftover, _)| code.contains(leftover)) {
                problems.push(Problem::new(
                    &file.path,
                    index + 1,
                    format!("`{leftover}`; {advice}"),
                ));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_leftover_fails_also_in_tests() {
        for (leftover, _) in LEFTOVERS {
            let text = format!("fn a() {{}}\n#[cfg(test)]\nmod tests {{\n    {leftover}\n}}\n");

            assert_eq!(
                check(&Tree::of(&[("crates/ops/src/a.rs", &text)])).len(),
                1,
                "{leftover}"
            );
        }
    }

    #[test]
    fn a_comment_may_speak_of_them() {
        assert!(
            check(&Tree::of(&[(
                "crates/ops/src/a.rs",
                "// no todo! here\nlet a = \"dbg!\";\n"
            )]))
            .is_empty()
        );
    }
}
