//! cargo-deny: licences, banned crates, sources and, with a local database, advisories.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};

use super::step::{Step, Verdict};
use crate::command::{cargo, is_installed, root};

const VERSION: &str = "0.20.2";

pub(super) fn rules() -> Result<Step> {
    let Some(program) = program()? else {
        return Ok(
            Verdict::Skip("cargo-deny is not installed, and PORTCULLIS_QUICK is set".to_owned()).into(),
        );
    };
    let mut command = Command::new(program);
    Step::of(
        command
            .current_dir(root())
            .args(["--workspace", "check", "bans", "licenses", "sources"]),
    )
}

/// Checks the dependencies against an advisory database that somebody has put here; never fetches one.
pub(super) fn advisories() -> Result<Step> {
    let Some(database) = database() else {
        return Ok(Verdict::Skip(
            "no local advisory database; name one in PORTCULLIS_ADVISORY_DB".to_owned(),
        )
        .into());
    };
    let Some(program) = program()? else {
        return Ok(
            Verdict::Skip("cargo-deny is not installed, and PORTCULLIS_QUICK is set".to_owned()).into(),
        );
    };
    let configuration = root().join("target/tools/deny-advisories.toml");
    let rules = fs::read_to_string(root().join("deny.toml"))?;
    fs::write(
        &configuration,
        with_database(&rules, &database.display().to_string()),
    )?;
    let mut command = Command::new(program);
    command
        .current_dir(root())
        .args(["--workspace", "--offline", "--config"])
        .arg(configuration);
    Step::of(command.args(["check", "advisories"]))
}

/// Returns the program and builds it when it is nowhere; `None` when building is not wanted.
fn program() -> Result<Option<PathBuf>> {
    if is_installed("cargo-deny") {
        return Ok(Some(PathBuf::from("cargo-deny")));
    }
    let tools = root().join("target/tools");
    let program = tools.join("bin/cargo-deny");
    if program.is_file() {
        return Ok(Some(program));
    }
    if std::env::var_os("PORTCULLIS_QUICK").is_some() {
        return Ok(None);
    }
    println!("building cargo-deny {VERSION} once");
    let mut install = cargo(&[
        "install",
        // It runs for seconds: time spent on optimizing it would never come back.
        "--debug",
        "--locked",
        "--version",
        VERSION,
        "cargo-deny",
        "--root",
    ]);
    let status = install.arg(tools).status()?;
    ensure!(status.success(), "cargo-deny cannot be built: {status}");
    Ok(Some(program))
}

fn database() -> Option<PathBuf> {
    let named = std::env::var_os("PORTCULLIS_ADVISORY_DB").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| root().join("target/tools/advisory-db"));
    folder.is_dir().then_some(folder)
}

/// Returns the rules with another place of the advisory database.
fn with_database(rules: &str, database: &str) -> String {
    let line = format!("[advisories]\ndb-path = \"{database}\"");
    rules.replacen("[advisories]", &line, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_the_database_is_added_to_the_rules() {
        let rules = with_database("[bans]\n[advisories]\nignore = []\n", "/db");

        assert_eq!(rules, "[bans]\n[advisories]\ndb-path = \"/db\"\nignore = []\n");
    }
}
