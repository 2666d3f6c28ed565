//! `cargo xtask generate`: the documents that the program writes about itself.

use std::fs;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

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
    let mut stale = 0;
    for (subject, path) in DOCUMENTS {
        let text = output(&mut generator(subject)).with_context(|| format!("{path} cannot be generated"))?;
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

fn generator(subject: &str) -> Command {
    cargo(&[
        "run",
        "--quiet",
        "--package",
        "portcullis",
        "--bin",
        "portcullis",
        "--",
        "docs",
        subject,
    ])
}
