//! The Debian packages that the tests need, listed in `packages.txt`.

use std::fs;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::command::{is_installed, output, root};

/// Installs the packages given as arguments and keeps their daemons from starting meanwhile.
const INSTALL: &str = r#"
set -eu
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -q -o DPkg::Lock::Timeout=300 update
apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"
"#;

/// `cargo xtask packages`
pub(crate) fn run() -> Result<ExitCode> {
    match install()? {
        Installed::Complete(count) => println!("all {count} packages are installed"),
        Installed::Impossible(reason) => bail!(reason),
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) enum Installed {
    Complete(usize),
    Impossible(String),
}

/// Installs what is missing, where this person may.
pub(crate) fn install() -> Result<Installed> {
    let wanted = parse(&fs::read_to_string(root().join("packages.txt")).context("packages.txt")?);
    if !is_installed("dpkg-query") || !is_installed("apt-get") {
        return Ok(Installed::Impossible(
            "not a Debian system; see packages.txt".to_owned(),
        ));
    }
    let lacking = missing(&wanted)?;
    if lacking.is_empty() {
        return Ok(Installed::Complete(wanted.len()));
    }
    let Some(mut shell) = root_shell()? else {
        return Ok(Installed::Impossible(format!(
            "neither root nor sudo to install {}",
            lacking.join(" ")
        )));
    };
    println!("installing {}", lacking.join(" "));
    let status = shell
        .args(["-c", INSTALL, "install"])
        .args(&lacking)
        .stdin(Stdio::null())
        .status()?;
    let still = missing(&wanted)?;
    ensure!(
        status.success() && still.is_empty(),
        "apt-get did not install {}",
        still.join(" ")
    );
    Ok(Installed::Complete(wanted.len()))
}

fn parse(list: &str) -> Vec<String> {
    list.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

fn missing(wanted: &[String]) -> Result<Vec<String>> {
    // dpkg-query ends with 1 when it does not know one of the names; what it knows is printed all the same.
    let answer = Command::new("dpkg-query")
        .args(["--show", "--showformat=${Package} ${db:Status-Status}\\n"])
        .args(wanted)
        .output()
        .context("`dpkg-query` cannot be started")?;
    Ok(without(wanted, &String::from_utf8_lossy(&answer.stdout)))
}

fn without(wanted: &[String], installed: &str) -> Vec<String> {
    wanted
        .iter()
        .filter(|name| {
            !installed
                .lines()
                .any(|line| line.strip_suffix(" installed") == Some(name))
        })
        .cloned()
        .collect()
}

fn root_shell() -> Result<Option<Command>> {
    if output(Command::new("id").arg("-u"))?.trim() == "0" {
        return Ok(Some(Command::new("sh")));
    }
    if !is_installed("sudo") || output(Command::new("sudo").args(["-n", "true"])).is_err() {
        return Ok(None);
    }
    let mut sudo = Command::new("sudo");
    sudo.args(["-n", "sh"]);
    Ok(Some(sudo))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_empty_lines_are_no_packages() {
        let list = parse("# browsers\nchromium # the tests drive it\n\npostgresql\n");

        assert_eq!(list, ["chromium", "postgresql"]);
    }

    #[test]
    fn removed_and_unknown_packages_are_missing() {
        let wanted = ["gdb", "chromium", "postgresql"].map(str::to_owned);

        let missing = without(&wanted, "gdb installed\nchromium config-files\n");

        assert_eq!(missing, ["chromium", "postgresql"]);
    }
}
