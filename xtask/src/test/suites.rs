//! The tests of the workspace, on one database at a time.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use super::results::Results;
use super::scratch::Scratch;
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

/// One run of cargo. Always of the whole workspace: another selection of packages has other features, and nearly all would
/// be built once more.
struct Selection {
    targets: &'static [&'static str],
    /// Which of their tests; all of them if this is empty.
    filters: &'static [&'static str],
    /// Whether they mostly wait, for telephones and browsers, so that more of them run at a time.
    wait: bool,
}

const fn all(targets: &'static [&'static str], wait: bool) -> Selection {
    Selection {
        targets,
        filters: &[],
        wait,
    }
}

const ON_SQLITE: [Selection; 3] = [
    all(&["--lib", "--bins", "--test=it"], false),
    all(&["--test=agent", "--test=browser", "--test=phones"], true),
    all(&["--doc"], false),
];

/// The tests with a database; the others would only repeat themselves. A page looks the same over every database, so of
/// the browser's tests the stories run again that leave most behind.
const ON_POSTGRES: [Selection; 2] = [
    all(&["--test=it"], false),
    Selection {
        targets: &["--test=browser"],
        filters: &["story::", "calls::", "recovery::"],
        wait: true,
    },
];

pub(super) fn run(database: Database, peers: &Peers) -> Result<Step> {
    let (name, selections): (_, &[Selection]) = match database {
        Database::Postgres => ("postgres", &ON_POSTGRES),
        Database::Sqlite => ("sqlite", &ON_SQLITE),
    };
    if matches!(database, Database::Postgres) && peers.postgres.is_none() {
        return Ok(Verdict::Skip("no PostgreSQL runs".to_owned()).into());
    }
    let skips = root().join(format!("target/skips-{name}.txt"));
    fs::write(&skips, "")?;
    let scratch = Scratch::in_memory();
    let mut results = Results::default();
    for selection in selections {
        let mut command = cargo(&["test", "--workspace", "--no-fail-fast"]);
        command.args(selection.targets).arg("--").args(selection.filters);
        if selection.wait {
            let threads = 2 * std::thread::available_parallelism()?.get();
            command.arg(format!("--test-threads={threads}"));
        }
        command
            .env("PORTCULLIS_TEST_DATABASE", name)
            .env("PORTCULLIS_SKIPS", &skips);
        if let Some(url) = &peers.postgres {
            command.env("PORTCULLIS_TEST_POSTGRES", url);
        }
        if let Some(file) = &peers.axe {
            command.env("PORTCULLIS_TEST_AXE", file);
        }
        if let Some(scratch) = &scratch {
            command.env("TMPDIR", scratch.folder());
        }
        let status = stream(&mut command, |line| results.see(line))?;
        results.end(status.success(), &status.to_string());
    }
    results.see_skips(&fs::read_to_string(&skips)?);
    Ok(Step::Tests(results))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_with_tests_is_in_a_selection() {
        let selected: Vec<&str> = ON_SQLITE
            .iter()
            .flat_map(|selection| selection.targets.iter().copied())
            .collect();
        for package in fs::read_dir(root().join("crates")).unwrap() {
            let Ok(targets) = fs::read_dir(package.unwrap().path().join("tests")) else {
                continue;
            };
            for target in targets {
                let path = target.unwrap().path();
                let name = path.file_stem().unwrap().to_str().unwrap();
                assert!(
                    selected.contains(&format!("--test={name}").as_str()),
                    "{}",
                    path.display()
                );
            }
        }
    }
}
