use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

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
            // With its children, which may outlive it.
            .process_group(0)
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
    /// Asks first. Whatever is left of it and of its children is killed.
    fn drop(&mut self) {
        let begin = Instant::now();
        let id = Pid::from_child(&self.child);
        let _ = kill_process(id, Signal::TERM);
        while self.child.try_wait().is_ok_and(|ended| ended.is_none())
            && begin.elapsed() < Duration::from_secs(5)
        {
            sleep(Duration::from_millis(50));
        }
        let _ = kill_process_group(id, Signal::KILL);
        let _ = self.child.wait();
    }
}
