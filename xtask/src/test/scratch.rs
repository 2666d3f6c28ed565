//! Where the tests keep their databases and profiles: in memory where there is room. They sync as the product does, and
//! would spend half of their time waiting for a disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use crate::command::output;

const MEMORY: &str = "/dev/shm";
/// What the tests need at most, in KiB, with a lot to spare.
const ROOM: u64 = 4 << 20;

/// A folder in memory, gone with this.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// Nothing if there is no room, or if whoever runs this has said by `TMPDIR` where temporary files belong.
    pub(super) fn in_memory() -> Option<Self> {
        if std::env::var_os("TMPDIR").is_some() {
            return None;
        }
        let answer = output(Command::new("df").args(["--output=avail", "--block-size=1K", MEMORY])).ok()?;
        let free: u64 = answer.lines().last()?.trim().parse().ok()?;
        if free < ROOM {
            return None;
        }
        let folder = Path::new(MEMORY).join(format!("portcullis-tests-{}", process::id()));
        fs::create_dir(&folder).ok()?;
        Some(Self(folder))
    }

    pub(super) fn folder(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}
