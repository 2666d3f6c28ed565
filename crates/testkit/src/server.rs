//! The real binary on a free port, with folders of its own, and clients that speak HTTPS to it.

mod api;
mod client;
mod console;
mod installation;
mod page;
mod person;

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, kill_process};
use tokio::sync::oneshot;
use tokio::time::timeout;

pub use api::{Answer, Api};
pub use client::{Address, client};
pub use console::Console;
pub use installation::Installation;
pub use page::Page;
pub use person::Person;
pub use rustix::process::Signal;

/// How long a start or a stop may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server. Its process dies with this, and with the thread of the test.
pub struct Server {
    pub installation: Arc<Installation>,
    address: Address,
    process: Option<Process>,
    output: Arc<Mutex<Vec<String>>>,
    setup_code: Option<String>,
}

impl Server {
    /// Starts `binary`, as `env!("CARGO_BIN_EXE_portcullis")` names it, on a new installation.
    pub async fn start(binary: impl AsRef<std::path::Path>) -> Self {
        Self::serve(Installation::new(binary).await).await
    }

    /// Starts the server of an installation; ready to answer when this returns.
    pub async fn serve(installation: Installation) -> Self {
        Self::node(Arc::new(installation)).await
    }

    /// One more node on the same database and the same folders.
    pub async fn beside(&self) -> Self {
        Self::node(Arc::clone(&self.installation)).await
    }

    async fn node(installation: Arc<Installation>) -> Self {
        let mut server = Self {
            installation,
            address: Address::default(),
            process: None,
            output: Arc::default(),
            setup_code: None,
        };
        server.begin().await;
        server
    }

    /// Where it answers now; follows the server through restarts.
    pub fn address(&self) -> Address {
        self.address.clone()
    }

    /// The address of a page, such as `/healthz`.
    pub fn url(&self, path: &str) -> String {
        self.address.url(path)
    }

    /// The code that the last start printed; none if it printed none.
    pub fn setup_code(&self) -> Option<&str> {
        self.setup_code.as_deref()
    }

    /// Every line of standard output since the last start.
    pub fn output(&self) -> Vec<String> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The number of the process, while it runs.
    pub fn process_id(&self) -> u32 {
        self.process.as_ref().expect("the server runs").0.id()
    }

    /// Sends a signal to the process.
    pub fn signal(&self, signal: Signal) {
        let child = self.process.as_ref().expect("the server runs");
        kill_process(Pid::from_child(&child.0), signal).expect("the process of the test can be signalled");
    }

    /// Waits until the log holds `words`.
    pub async fn logged(&self, words: &str) {
        let told = async {
            while !self.installation.log().contains(words) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let told = timeout(PATIENCE, told).await;
        assert!(
            told.is_ok(),
            "`{words}` is not in the log:\n{}",
            self.installation.log()
        );
    }

    /// `kill -9`: whatever it was doing ends in the middle.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Asks it to stop and waits until it has; gives the exit code.
    pub async fn stop(&mut self) -> Option<i32> {
        self.signal(Signal::TERM);
        self.wait().await
    }

    /// Waits until the process has ended; gives the exit code, or nothing if a signal ended it.
    pub async fn wait(&mut self) -> Option<i32> {
        let mut process = self.process.take().expect("the server runs");
        let id = Pid::from_child(&process.0);
        let ended = timeout(PATIENCE, tokio::task::spawn_blocking(move || process.0.wait())).await;
        let Ok(ended) = ended else {
            let _ = kill_process(id, Signal::KILL);
            panic!(
                "the server did not stop within {PATIENCE:?}; its log:\n{}",
                self.installation.log()
            );
        };
        ended
            .expect("waiting does not panic")
            .expect("a child can be waited for")
            .code()
    }

    /// Starts it again on the same folders and another port; kills it first if it still runs.
    pub async fn restart(&mut self) {
        self.kill();
        self.begin().await;
    }

    async fn begin(&mut self) {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.installation.log_path());
        let mut child = self
            .installation
            .server_command()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.expect("the log of the test can be written"))
            .spawn()
            .expect("the binary can be started");
        let (first, greeting) = oneshot::channel();
        self.output = Arc::default();
        let (output, stdout) = (
            Arc::clone(&self.output),
            child.stdout.take().expect("it is piped"),
        );
        std::thread::spawn(move || {
            let mut first = Some(first);
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                output
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(line.clone());
                if let Some(first) = first.take() {
                    let _ = first.send(line);
                }
            }
        });
        self.process = Some(Process(child));
        let Ok(Ok(greeting)) = timeout(PATIENCE, greeting).await else {
            panic!("the server did not greet; its log:\n{}", self.installation.log());
        };
        self.greeted(&greeting);
        let health = self.client().get(self.url("/healthz")).send().await;
        let status = health.map(|answer| answer.status().as_u16());
        assert!(
            matches!(status, Ok(200)),
            "{status:?}; its log:\n{}",
            self.installation.log()
        );
    }

    /// Reads `Portcullis is at https://localhost:1234/setup — set-up code ABC`.
    fn greeted(&mut self, greeting: &str) {
        let (_, rest) = greeting
            .split_once("https://localhost:")
            .expect("the greeting names the address");
        let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
        self.address.move_to(&port);
        self.setup_code = greeting
            .split_once("set-up code ")
            .map(|(_, code)| code.trim().to_owned());
    }

    /// A client without cookies that trusts exactly this server's certificate and follows nothing.
    pub fn client(&self) -> reqwest::Client {
        client(&self.installation).build().expect("a client can be made")
    }
}

/// A process that dies with this.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
