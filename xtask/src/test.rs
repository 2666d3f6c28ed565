//! `cargo xtask test`: everything a change must pass, with a count at the end.

mod deny;
mod prepare;
mod results;
mod scratch;
mod step;
mod suites;
mod table;

use std::process::ExitCode;

use crate::command::cargo;
use crate::peers::postgres::Postgres;
use crate::tidy;
use step::{Step, Steps, Verdict};
use suites::{Database, Peers};

pub(crate) fn run() -> ExitCode {
    let mut steps = Steps::default();
    steps.run("packages", prepare::install_packages);
    let mut postgres = None;
    steps.run("PostgreSQL", || prepare::start_postgres(&mut postgres));
    let mut axe = None;
    steps.run("axe-core", || prepare::fetch_axe(&mut axe));

    steps.run("fmt", || Step::of(&mut cargo(&["fmt", "--all", "--check"])));
    steps.run("clippy", || {
        Step::of(&mut cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]))
    });
    steps.run("tidy", || {
        Ok(match tidy::problems()? {
            0 => Verdict::Pass.into(),
            count => Verdict::Fail(format!("{count} problems")).into(),
        })
    });
    steps.run("generated pages", || {
        Step::of(&mut cargo(&["xtask", "generate", "--check"]))
    });
    steps.run("cargo deny", deny::rules);
    steps.run("advisories", deny::advisories);

    let peers = Peers {
        postgres: postgres.as_ref().map(Postgres::url),
        axe,
    };
    steps.run("tests on SQLite", || suites::run(Database::Sqlite, &peers));
    steps.run("tests on PostgreSQL", || suites::run(Database::Postgres, &peers));
    drop(postgres);

    table::print(&steps.0)
}
