//! The documents at the root are there, and short enough to be read.

use super::Problem;
use super::tree::Tree;

const DOCUMENTS: [&str; 9] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "SECURITY.md",
    "docs/style.md",
    "packages.txt",
];

/// Documents and the number of lines they stay below.
const LIMITS: [(&str, usize); 2] = [("ARCHITECTURE.md", 200), ("README.md", 150)];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let missing = DOCUMENTS.iter().filter(|path| tree.find(path).is_none());
    let mut problems: Vec<_> = missing
        .map(|path| Problem::new(path, 1, "is missing; write it"))
        .collect();
    for (path, limit) in LIMITS {
        let lines = tree.find(path).map_or(0, |file| file.text.lines().count());
        if limit <= lines {
            let text = format!("{lines} lines, not under {limit}; move details to docs/");
            problems.push(Problem::new(path, limit, text));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_document_fails() {
        let files: Vec<_> = DOCUMENTS.iter().map(|path| (*path, "text\n")).collect();

        assert!(check(&Tree::of(&files)).is_empty());
        assert_eq!(check(&Tree::of(&files[1..])).len(), 1);
    }

    #[test]
    fn an_architecture_of_200_lines_fails() {
        let long = "line\n".repeat(200);
        let files = DOCUMENTS.map(|path| {
            (
                path,
                if path == "ARCHITECTURE.md" {
                    long.as_str()
                } else {
                    "text\n"
                },
            )
        });

        assert_eq!(check(&Tree::of(&files)).len(), 1);
    }
}
