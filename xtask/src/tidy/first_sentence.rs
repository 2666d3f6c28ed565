//! Every crate says in its first line what it is for.

use super::Problem;
use super::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let roots = tree.rust().filter(|file| {
        let parts: Vec<_> = file.path.split('/').collect();
        matches!(
            parts[..],
            ["crates", _, "src", "lib.rs" | "main.rs"] | ["xtask", "src", "main.rs"]
        )
    });
    for file in roots {
        let sentence = file
            .text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("//! "));
        if sentence.is_none_or(|sentence| sentence.trim().is_empty()) {
            let text = "does not begin with `//!`; say in one sentence what the crate is for";
            problems.push(Problem::new(&file.path, 1, text));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_that_does_not_say_what_it_is_for_fails() {
        let tree = Tree::of(&[
            ("crates/ops/src/lib.rs", "//! Every operation.\n"),
            ("crates/auth/src/lib.rs", "mod totp;\n"),
            ("crates/store/src/lib.rs", ""),
            ("crates/store/src/users.rs", "fn a() {}\n"),
        ]);

        assert_eq!(check(&tree).len(), 2);
    }
}
