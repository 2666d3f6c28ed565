//! `cargo xtask generate`: the documents that the program writes about itself.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};

use crate::command::{cargo, output, root};

/// What to ask the program for, and the file that holds the answer.
const DOCUMENTS: [(&str, &str); 2] = [
    ("permissions", "docs/permissions.md"),
    ("configuration", "docs/configuration.md"),
];

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let check = match arguments {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => bail!("`cargo xtask generate` takes only `--check`"),
    };
    let program = build()?;
    let mut stale = 0;
    for (subject, path) in DOCUMENTS {
        let text = output(Command::new(&program).args(["docs", subject]))
            .with_context(|| format!("{path} cannot be generated"))?;
        let file = root().join(path);
        if fs::read_to_string(&file).is_ok_and(|old| old == text) {
            println!("{path}: up to date");
        } else if check {
            println!("{path}:1: is not what the program says; run `cargo xtask generate`");
            stale += 1;
        } else {
            fs::write(&file, text)?;
            println!("{path}: written");
        }
    }
    Ok(if stale == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Builds the program as the tests do, and so mostly not once more: another selection of packages has other features.
fn build() -> Result<PathBuf> {
    let status = cargo(&["build", "--quiet", "--workspace", "--tests"]).status()?;
    ensure!(status.success(), "the program cannot be built: {status}");
    // It lies beside this one.
    Ok(std::env::current_exe()?.with_file_name("portcullis"))
}
