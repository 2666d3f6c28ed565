//! `cargo xtask bench`: the benchmarks of the test kit, in release mode.

use std::process::ExitCode;

use anyhow::Result;

use crate::command::cargo;

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let arguments = arguments.strip_prefix(&["--".to_owned()]).unwrap_or(arguments);
    let status = cargo(&[
        "run",
        "--release",
        "-p",
        "portcullis-testkit",
        "--bin",
        "bench",
        "--",
    ])
    .args(arguments)
    .status()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
