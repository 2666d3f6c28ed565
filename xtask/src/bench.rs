//! `cargo xtask bench`: the benchmarks, in release mode, with the server built beside them.

use std::process::ExitCode;

use anyhow::Result;

use crate::command::cargo;

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let arguments = arguments.strip_prefix(&["--".to_owned()]).unwrap_or(arguments);
    if !cargo(&["build", "--release", "-p", "portcullis"])
        .status()?
        .success()
    {
        return Ok(ExitCode::FAILURE);
    }
    let bench = [
        "run",
        "--release",
        "-p",
        "portcullis-bench",
        "--bin",
        "bench",
        "--",
    ];
    let status = cargo(&bench).args(arguments).status()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
