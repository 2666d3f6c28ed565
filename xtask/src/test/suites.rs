//! The tests of the workspace, on one database at a time.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use super::results::Results;
use super::step::{Step, Verdict};
use crate::command::{cargo, root, stream};

#[derive(Clone, Copy)]
pub(super) enum Database {
    Postgres,
    Sqlite,
}

/// What the tests may talk to.
pub(super) struct Peers {
    pub postgres: Option<String>,
    pub axe: Option<PathBuf>,
}

/// The targets with the tests that touch a database; the others would only repeat themselves. Of the whole workspace
/// even so: another selection of packages has other features, and nearly all would be built once more. Of the browser's
/// tests, those that mostly listen to telephones for many minutes are left out: `calls` goes through what a database keeps.
const ON_POSTGRES: [&str; 12] = [
    "--workspace",
    "--test",
    "it",
    "--test",
    "browser",
    "--",
    "--skip",
    "agent::",
    "--skip",
    "call_matrix::",
    "--skip",
    "call_trunks::",
];

pub(super) fn run(database: Database, peers: &Peers) -> Result<Step> {
    let (name, selection): (_, &[&str]) = match database {
        Database::Postgres => ("postgres", &ON_POSTGRES),
        Database::Sqlite => ("sqlite", &["--workspace"]),
    };
    if matches!(database, Database::Postgres) && peers.postgres.is_none() {
        return Ok(Verdict::Skip("no PostgreSQL runs".to_owned()).into());
    }
    let skips = root().join(format!("target/skips-{name}.txt"));
    fs::write(&skips, "")?;
    let mut command = cargo(&["test", "--no-fail-fast"]);
    command
        .args(selection)
        .env("PORTCULLIS_TEST_DATABASE", name)
        .env("PORTCULLIS_SKIPS", &skips);
    if let Some(url) = &peers.postgres {
        command.env("PORTCULLIS_TEST_POSTGRES", url);
    }
    if let Some(file) = &peers.axe {
        command.env("PORTCULLIS_TEST_AXE", file);
    }
    let mut results = Results::default();
    let status = stream(&mut command, |line| results.see(line))?;
    results.see_skips(&fs::read_to_string(&skips)?);
    results.end(status.success(), &status.to_string());
    Ok(Step::Tests(results))
}
