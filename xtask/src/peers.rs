//! What the tests talk to: a real `PostgreSQL`, and the accessibility rules that run inside the browser.

pub(crate) mod axe;
pub(crate) mod postgres;

use std::process::{Command, ExitCode};

use anyhow::{Result, bail};

use crate::command::root;
use axe::Axe;
use postgres::Postgres;

/// `cargo xtask peers <command>`: runs one command with the environment of the tests.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let Some((program, rest)) = arguments.split_first() else {
        bail!("say what to run, for example `cargo xtask peers cargo test -p portcullis-store`");
    };
    let postgres = Postgres::start()?;
    let mut command = Command::new(program);
    command
        .args(rest)
        .current_dir(root())
        .env("PORTCULLIS_TEST_DATABASE", "postgres")
        .env("PORTCULLIS_TEST_POSTGRES", postgres.url());
    match axe::fetch()? {
        Axe::Here(file) => {
            command.env("PORTCULLIS_TEST_AXE", file);
        }
        Axe::Unavailable(reason) => eprintln!("{reason}"),
    }
    let status = command.status()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
