//! A real RADIUS server on ports of its own, with users, odd listeners and a server of hardware tokens.

mod certificates;
mod config;
mod status;

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::{Instant, sleep};

pub use certificates::{Authority, Identity};

use crate::free_port;

/// How long a start may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);
/// Debian installs it where only root looks.
const BINARIES: [&str; 3] = [
    "/usr/sbin/freeradius",
    "/usr/sbin/radiusd",
    "/usr/local/sbin/radiusd",
];

/// A `FreeRADIUS` with one listener for each behaviour. Its process dies with this, and with the thread of the test.
///
/// | User | Password | Answer |
/// |---|---|---|
/// | `alice` | `Pw-alice-1` | yes, with Class and Filter-Id |
/// | `zoë` | `Pä$$wörd, at some length: 33` | yes |
/// | `carol` | any | no, with Reply-Message, Class and Filter-Id |
/// | `blind` | any | yes without looking, so without the proof of MS-CHAPv2 |
/// | `dave` | `1234111111` | yes |
/// | `dave` | `1234222222` | asks for the next token code, which is `333333` |
/// | `dave` | `1234444444` | asks twice for a new PIN |
pub struct FreeRadius {
    ports: Ports,
    authority: Authority,
    // Declared in this order: the process goes before its folder.
    process: Process,
    folder: TempDir,
}

/// Where the listeners are, on 127.0.0.1.
#[derive(Clone, Copy)]
struct Ports {
    strict: u16,
    legacy: u16,
    silent: u16,
    slow: u16,
    rad_sec: u16,
}

impl FreeRadius {
    /// What all listeners by UDP share with their clients.
    pub const SECRET: &str = "s3cret-Shared-Value-2026";
    /// How long the slow listener thinks.
    pub const SLOWNESS: Duration = Duration::from_secs(1);

    /// Starts a server; ready to answer when this returns.
    pub async fn start() -> Self {
        let authority = Authority::new();
        let folder = tempfile::tempdir().expect("there is room for a configuration");
        let ports = Ports::free();
        config::write(folder.path(), &ports, &authority).expect("the configuration can be written");
        let mut server = Self {
            ports,
            authority,
            process: Process::start(&folder),
            folder,
        };
        server.wait_until_ready().await;
        server
    }

    /// Demands Message-Authenticator and sends it.
    pub fn strict(&self) -> u16 {
        self.ports.strict
    }

    /// Neither demands nor sends Message-Authenticator, as all versions before 3.2.5 do by themselves.
    pub fn legacy(&self) -> u16 {
        self.ports.legacy
    }

    /// Hears everything and answers nothing.
    pub fn silent(&self) -> u16 {
        self.ports.silent
    }

    /// Answers after [`SLOWNESS`](Self::SLOWNESS).
    pub fn slow(&self) -> u16 {
        self.ports.slow
    }

    /// RADIUS over TLS for `localhost`. Demands a client certificate of the [`authority`](Self::authority).
    pub fn rad_sec(&self) -> u16 {
        self.ports.rad_sec
    }

    /// Who signed the certificate of the server and may sign those of clients.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// What the server logged.
    pub fn log(&self) -> String {
        fs::read_to_string(log(&self.folder)).unwrap_or_default()
    }

    /// Waits for the answer to a Status-Server packet.
    async fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if status::answers(self.ports.strict, Self::SECRET).await {
                return;
            }
            let log = self.log();
            assert!(
                !self.process.has_ended(),
                "FreeRADIUS did not start; its log:\n{log}"
            );
            sleep(Duration::from_millis(20)).await;
        }
        panic!(
            "FreeRADIUS was not ready within {PATIENCE:?}; its log:\n{}",
            self.log()
        );
    }
}

impl Ports {
    fn free() -> Self {
        let [strict, legacy, silent, slow, rad_sec] = std::array::from_fn(|_| free_port());
        Self {
            strict,
            legacy,
            silent,
            slow,
            rad_sec,
        }
    }
}

struct Process(Child);

impl Process {
    fn start(folder: &TempDir) -> Self {
        let log = fs::File::create(log(folder)).expect("the log can be written");
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "--", binary()])
            .args(["-f", "-l", "stdout", "-n", "radiusd", "-d"])
            .arg(folder.path())
            .stdin(Stdio::null())
            .stderr(log.try_clone().expect("a file has a second handle"))
            .stdout(log)
            .spawn()
            .expect("FreeRADIUS can be started");
        Self(child)
    }

    fn has_ended(&mut self) -> bool {
        self.0.try_wait().expect("a child can be asked").is_some()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn log(folder: &TempDir) -> PathBuf {
    folder.path().join("radiusd.log")
}

fn binary() -> &'static str {
    let found = BINARIES
        .into_iter()
        .find(|path| fs::exists(path).unwrap_or(false));
    found.expect("FreeRADIUS is not installed; `cargo xtask packages` installs what the tests need")
}
