//! The accessibility rules of axe-core, fetched once and held against a recorded digest.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command::{is_installed, output, root};

const PACKAGE: &str = "axe-core@4.14.1";
const SHA256: &str = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c";

pub(crate) enum Axe {
    /// The path of `axe.min.js`.
    Here(PathBuf),
    Unavailable(String),
}

/// Finds `axe.min.js`, or fetches it. What is fetched but is not the recorded file is an error.
pub(crate) fn fetch() -> Result<Axe> {
    if let Some(given) = std::env::var_os("PORTCULLIS_TEST_AXE") {
        return Ok(Axe::Here(PathBuf::from(given)));
    }
    let file = root().join("target/tools/axe.min.js");
    if file.is_file() && digest(&file)? == SHA256 {
        return Ok(Axe::Here(file));
    }
    if !is_installed("npm") {
        return Ok(Axe::Unavailable(
            "npm is not installed to fetch axe-core".to_owned(),
        ));
    }
    let folder = root().join("target/tools/axe-core");
    fs::create_dir_all(&folder)?;
    let mut pack = Command::new("npm");
    let archive = match output(pack.args(["pack", "--silent", PACKAGE]).current_dir(&folder)) {
        Ok(archive) => archive,
        Err(error) => return Ok(Axe::Unavailable(format!("npm cannot fetch axe-core: {error}"))),
    };
    let archive = archive
        .lines()
        .last()
        .context("npm pack named no archive")?
        .trim();
    let unpack = ["--extract", "--gzip", "--file", archive, "package/axe.min.js"];
    output(Command::new("tar").args(unpack).current_dir(&folder))?;
    let fresh = folder.join("package/axe.min.js");
    let found = digest(&fresh)?;
    ensure!(found == SHA256, "{PACKAGE} has SHA-256 {found}, not {SHA256}");
    fs::rename(fresh, &file)?;
    fs::remove_dir_all(folder)?;
    Ok(Axe::Here(file))
}

fn digest(file: &Path) -> Result<String> {
    let line = output(Command::new("sha256sum").arg(file))?;
    Ok(line.split_whitespace().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_file() {
        let file = std::env::temp_dir().join(format!("portcullis-digest-{}", std::process::id()));
        fs::write(&file, "abc").unwrap();

        let digest = digest(&file);
        fs::remove_file(file).unwrap();

        assert_eq!(
            digest.unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
