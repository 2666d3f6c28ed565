use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// A program that runs as long as this lives and writes its output into a file.
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    pub fn start(program: &str, arguments: &[&str], folder: &Path) -> Self {
        let log = folder.join(format!("{}.log", program.rsplit('/').next().unwrap()));
        let output = File::create(&log).unwrap();
        let child = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn();
        let child = child.unwrap_or_else(|error| panic!("{program} (packages.txt): {error}"));
        Self { child, log }
    }

    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Waits until `is_ready`; a program that ends before is told of with its output.
    pub fn wait_until(&mut self, what: &str, is_ready: impl Fn(&str) -> bool) {
        let begin = Instant::now();
        while !is_ready(&self.log()) {
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none() && begin.elapsed() < Duration::from_secs(20),
                "{what} ({ended:?}):\n{}",
                self.log()
            );
            sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Process {
    /// Asks first: some have children that only they end.
    fn drop(&mut self) {
        let begin = Instant::now();
        let id = Pid::from_child(&self.child);
        while self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            if begin.elapsed() < Duration::from_secs(5) {
                let _ = kill_process(id, Signal::TERM);
            } else {
                let _ = self.child.kill();
            }
            sleep(Duration::from_millis(50));
        }
    }
}
