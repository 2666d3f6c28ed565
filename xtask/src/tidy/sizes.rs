//! No file is longer than one can hold in the head.

use super::Problem;
use super::tree::{File, Tree};

const LIMIT: usize = 400;

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let long = tree
        .rust()
        .map(|file| (file, code_lines(file)))
        .filter(|(_, lines)| LIMIT < *lines);
    long.map(|(file, lines)| {
        Problem::new(
            &file.path,
            1,
            format!("{lines} lines of code, more than {LIMIT}; make two files of it"),
        )
    })
    .collect()
}

/// Says how long the files are.
pub(super) fn summary(tree: &Tree) -> String {
    let mut sizes: Vec<_> = tree.rust().map(|file| (code_lines(file), &file.path)).collect();
    sizes.sort();
    let Some((longest, path)) = sizes.last() else {
        return "no Rust files".to_owned();
    };
    let median = sizes[sizes.len() / 2].0;
    format!(
        "{} Rust files, median {median} lines of code, longest {longest} ({path})",
        sizes.len()
    )
}

fn code_lines(file: &File) -> usize {
    file.code().filter(|(_, line)| !line.trim().is_empty()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(code: usize) -> Tree {
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "    a();\n".repeat(500));
        let text = format!("//! Long.\n\n{}{}", "f();\n// why\n".repeat(code), tests);
        Tree::of(&[("crates/ops/src/a.rs", &text)])
    }

    #[test]
    fn line_401_is_one_too_many() {
        assert_eq!(check(&tree(401)).len(), 1);
    }

    #[test]
    fn comments_empty_lines_and_tests_are_not_counted() {
        assert!(check(&tree(400)).is_empty());
        assert_eq!(
            summary(&tree(400)),
            "1 Rust files, median 400 lines of code, longest 400 (crates/ops/src/a.rs)"
        );
    }
}
