//! The files that the checks look at, in memory, so that tests can make up their own.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::lexer::{self, Lexed};

pub(super) struct Tree {
    pub files: Vec<File>,
}

pub(super) struct File {
    /// Relative to the root, with `/`.
    pub path: String,
    pub text: String,
    /// Only of Rust files; empty for others.
    pub rust: Lexed,
    /// The line where the tests at the end of a Rust file begin, counted from 1; behind the end when there are none.
    pub tests_from: usize,
}

impl Tree {
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        for entry in fs::read_dir(root)? {
            let path = entry?.path();
            if path.is_file() {
                add(root, &path, &mut files)?;
            }
        }
        for folder in ["crates", "xtask", "docs"] {
            if root.join(folder).is_dir() {
                walk(root, &root.join(folder), &mut files)?;
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { files })
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        Self {
            files: files.iter().map(|(path, text)| File::new(path, text)).collect(),
        }
    }

    pub(super) fn find(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    pub(super) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.is_rust())
    }

    /// Returns the folder names of all crates, without `xtask`.
    pub(super) fn crates(&self) -> Vec<&str> {
        self.files
            .iter()
            .filter_map(|file| file.path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml"))
            .filter(|name| !name.contains('/'))
            .collect()
    }
}

impl File {
    fn new(path: &str, text: &str) -> Self {
        let rust = if is_rust(path) {
            lexer::lex(text)
        } else {
            Lexed::default()
        };
        let tests_from = tests_from(&rust.code);
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            rust,
            tests_from,
        }
    }

    pub(super) fn is_rust(&self) -> bool {
        is_rust(&self.path)
    }

    /// Tells whether the whole file is for tests.
    pub(super) fn is_for_tests(&self) -> bool {
        self.path.starts_with("crates/testkit/")
            || self.path.contains("/tests/")
            || self.path.contains("/benches/")
            || self.path.ends_with("/tests.rs")
    }

    /// Returns the lines of code outside tests with their numbers; comments and strings are blanked out.
    pub(super) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self
            .rust
            .code
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line));
        lines.take_while(|(line, _)| *line < self.tests_from)
    }
}

fn is_rust(path: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "rs")
}

fn tests_from(code: &str) -> usize {
    let lines: Vec<_> = code.lines().map(str::trim).collect();
    let pair = lines
        .windows(2)
        .position(|pair| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{'));
    pair.unwrap_or(lines.len()) + 1
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<File>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if entry.file_name() != "target" {
                walk(root, &path, files)?;
            }
        } else {
            add(root, &path, files)?;
        }
    }
    Ok(())
}

/// Adds a file, unless it is not text.
fn add(root: &Path, path: &Path, files: &mut Vec<File>) -> Result<()> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    let name = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
    if let Ok(text) = String::from_utf8(bytes) {
        files.push(File::new(&name, &text));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_ends_where_the_tests_begin() {
        let file = File::new(
            "crates/ops/src/a.rs",
            "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n",
        );

        assert_eq!(file.code().collect::<Vec<_>>(), [(1, "fn a() {}"), (2, "")]);
    }
}
