//! The steps before the tests: packages and peers.

use std::path::PathBuf;

use anyhow::Result;

use super::step::{Step, Verdict};
use crate::packages::{self, Installed};
use crate::peers::axe::{self, Axe};
use crate::peers::postgres::{self, Postgres};

pub(super) fn install_packages() -> Result<Step> {
    Ok(match packages::install()? {
        Installed::Complete(count) => {
            println!("all {count} packages are installed");
            Verdict::Pass.into()
        }
        Installed::Impossible(reason) => Verdict::Skip(reason).into(),
    })
}

pub(super) fn start_postgres(server: &mut Option<Postgres>) -> Result<Step> {
    if postgres::programs().is_none() {
        return Ok(Verdict::Skip("PostgreSQL is not installed".to_owned()).into());
    }
    *server = Some(Postgres::start()?);
    println!("started");
    Ok(Verdict::Pass.into())
}

/// Fetches axe-core. Without it the accessibility tests skip themselves, so this is no failure.
pub(super) fn fetch_axe(file: &mut Option<PathBuf>) -> Result<Step> {
    Ok(match axe::fetch()? {
        Axe::Here(path) => {
            *file = Some(path);
            Verdict::Pass.into()
        }
        Axe::Unavailable(reason) => Verdict::Skip(reason).into(),
    })
}
