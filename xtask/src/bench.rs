//! `cargo xtask bench`: the benchmarks, in release mode, with the server built beside them.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};

use crate::command::{cargo, root};

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let arguments = arguments.strip_prefix(&["--".to_owned()]).unwrap_or(arguments);
    // Both at once: one after the other, their libraries would have other features and be built twice.
    let build = [
        "build",
        "--release",
        "--package",
        "portcullis",
        "--package",
        "portcullis-bench",
    ];
    let status = cargo(&build).status()?;
    ensure!(status.success(), "the benchmarks cannot be built: {status}");
    let this = std::env::current_exe()?;
    // It lies in `target/debug`.
    let target = this.ancestors().nth(2).context("this program has no folder")?;
    let status = Command::new(target.join("release/bench"))
        .args(arguments)
        .current_dir(root())
        .status()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
