//! The chores of the project: test it, keep it tidy, generate its documents, measure it.

mod bench;
mod command;
mod generate;
mod packages;
mod peers;
mod prompts;
mod test;
mod tidy;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
Examples:
  cargo xtask test                                  everything a change must pass, with a count at the end
  cargo xtask tidy                                  only the house rules: crates, SQL, sizes, templates, catalog
  cargo xtask peers cargo test -p portcullis-store  one command beside a fresh PostgreSQL
  cargo xtask generate --check                      are the generated documents up to date?
  cargo xtask bench -- --help                       the benchmarks, in release mode

Usage: cargo xtask <command>

Commands:
  test      Install what is missing, start the peers, run every check and test
  tidy      Check the house rules
  packages  Install the Debian packages of packages.txt that are missing
  peers     Run a command with the environment of the tests
  generate  Write docs/permissions.md and docs/configuration.md (--check: only compare)
  bench     Run the benchmarks; the arguments are passed on
  prompts   Speak the prompts of the phone calls anew, with espeak-ng
  help      Show this

Environment:
  PORTCULLIS_QUICK        skip building cargo-deny when it is missing
  PORTCULLIS_ADVISORY_DB  folder of a local advisory database for cargo-deny
  PORTCULLIS_TEST_AXE     an axe.min.js to use instead of fetching one
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    run(&arguments).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    let Some((command, rest)) = arguments.split_first() else {
        print!("{HELP}");
        return Ok(ExitCode::from(2));
    };
    match command.as_str() {
        "test" => Ok(test::run()),
        "tidy" => tidy::run(),
        "packages" => packages::run(),
        "peers" => peers::run(rest),
        "generate" => generate::run(rest),
        "bench" => bench::run(rest),
        "prompts" => prompts::run(),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        unknown => bail!("there is no command `{unknown}`; see `cargo xtask help`"),
    }
}
