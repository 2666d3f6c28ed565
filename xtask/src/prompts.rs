//! `cargo xtask prompts`: what phone calls say, recorded from the texts in `crates/telephony/prompts`.

use std::process::ExitCode;

use anyhow::Result;

use crate::command::cargo;

pub(crate) fn run() -> Result<ExitCode> {
    let record = ["run", "-p", "portcullis-telephony", "--example", "record_prompts"];
    Ok(if cargo(&record).status()?.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
