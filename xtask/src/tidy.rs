//! `cargo xtask tidy`: the house rules that no compiler knows.

mod catalog;
mod dependencies;
mod first_sentence;
mod forbidden_calls;
mod leftovers;
mod lexer;
mod manifest;
mod root_documents;
mod sizes;
mod sql;
mod templates;
mod transactions;
mod tree;

use std::fmt;
use std::process::ExitCode;

use anyhow::Result;

use crate::command::root;
use tree::Tree;

type Check = fn(&Tree) -> Vec<Problem>;

/// Every check. Each shows in its own tests that it can fail.
const CHECKS: [Check; 10] = [
    catalog::check,
    dependencies::check,
    first_sentence::check,
    forbidden_calls::check,
    leftovers::check,
    root_documents::check,
    sizes::check,
    sql::check,
    templates::check,
    transactions::check,
];

/// Something to put right: where it is, what it is and what to do about it.
#[derive(Debug)]
struct Problem {
    path: String,
    line: usize,
    text: String,
}

impl Problem {
    /// `line` counts from 1.
    fn new(path: &str, line: usize, text: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            text: text.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.path, self.line, self.text)
    }
}

pub(crate) fn run() -> Result<ExitCode> {
    Ok(if problems()? == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Prints every problem and returns how many there are.
pub(crate) fn problems() -> Result<usize> {
    let tree = Tree::read(&root())?;
    let mut problems: Vec<_> = CHECKS.iter().flat_map(|check| check(&tree)).collect();
    problems.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    for problem in &problems {
        println!("{problem}");
    }
    println!("{}", sizes::summary(&tree));
    println!("tidy: {} checks, {} problems", CHECKS.len(), problems.len());
    Ok(problems.len())
}
