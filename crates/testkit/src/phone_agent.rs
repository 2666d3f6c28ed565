use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::free_port;
use crate::radius::Identity;

/// A phone agent with folders of its own, as on another host.
pub struct PhoneAgent {
    binary: PathBuf,
    folder: TempDir,
    port: u16,
    password: String,
    /// Whether its certificate comes from elsewhere.
    is_certified: bool,
    process: Option<Child>,
}

impl PhoneAgent {
    /// Sets up an agent that calls through a trunk on that port of this machine, and runs it.
    pub fn start(binary: impl AsRef<Path>, trunk: u16) -> Self {
        Self::begin(binary.as_ref(), trunk, None)
    }

    /// The same with a certificate from elsewhere.
    pub fn certified(binary: impl AsRef<Path>, trunk: u16, identity: &Identity) -> Self {
        Self::begin(binary.as_ref(), trunk, Some(identity))
    }

    fn begin(binary: &Path, trunk: u16, identity: Option<&Identity>) -> Self {
        let mut agent = Self {
            binary: binary.to_owned(),
            folder: tempfile::tempdir().expect("a folder can be made"),
            port: free_port(),
            password: String::new(),
            is_certified: identity.is_some(),
            process: None,
        };
        if let Some(identity) = identity {
            agent.write(identity);
        }
        let told = agent.set_trunk(trunk);
        let (_, rest) = told.split_once("Password   ").expect("the password is printed");
        let password = rest.split_whitespace().next().expect("the password is printed");
        agent.password = String::from(password);
        agent.run();
        agent
    }

    /// Gives an agent with a certificate from elsewhere another one, which it reads while it runs.
    pub fn certify(&self, identity: &Identity) {
        const READ: &str = "read the certificate again";
        let count = |log: &str| log.matches(READ).count();
        let before = count(&self.log());
        self.write(identity);
        let child = self.process.as_ref().expect("the agent runs");
        kill_process(Pid::from_child(child), Signal::HUP).expect("the agent of the test can be signalled");
        let begun = Instant::now();
        while count(&self.log()) == before {
            assert!(begun.elapsed() < Duration::from_secs(20), "{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn write(&self, identity: &Identity) {
        fs::write(self.file("certificate.pem"), &identity.certificate).expect("a file can be made");
        fs::write(self.file("key.pem"), &identity.key).expect("a file can be made");
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Has it call through another trunk from now on; answers what the set-up printed.
    pub fn set_trunk(&self, trunk: u16) -> String {
        self.set_trunk_with(trunk, "")
    }

    /// The same for a trunk that may ask for this password.
    pub fn set_trunk_with(&self, trunk: u16, password: &str) -> String {
        self.set_trunk_to(&json!({
            "host": "127.0.0.1", "port": trunk, "transport": "udp", "username": "portcullis",
            "password": password, "upkeep": "none",
        }))
    }

    /// The same for a trunk as it stands in the settings of a server.
    pub fn set_trunk_to(&self, trunk: &Value) -> String {
        let text = |name: &str| trunk[name].as_str().map(str::to_owned);
        let in_file = |name: &str| {
            let file = self.file(&format!("trunk-{name}"));
            fs::write(&file, text(name)?).expect("a file can be made");
            Some(file.display().to_string())
        };
        let host = text("host").map(|host| format!("{host}:{}", trunk["port"]));
        let certified = |name: &str| self.is_certified.then(|| self.file(name).display().to_string());
        let options = [
            ("--listen", Some(format!("127.0.0.1:{}", self.port))),
            ("--name", Some("localhost".to_owned())),
            ("--certificate", certified("certificate.pem")),
            ("--key", certified("key.pem")),
            ("--trunk", host),
            ("--transport", text("transport")),
            ("--trunk-user", text("username")),
            ("--trunk-password", in_file("password")),
            ("--trunk-domain", text("domain")),
            ("--trunk-ca", in_file("ca")),
            ("--upkeep", text("upkeep")),
            ("--countries", Some("US".to_owned())),
        ];
        let mut arguments = vec!["setup".to_owned()];
        for (option, value) in options {
            arguments.extend(value.into_iter().flat_map(|value| [option.to_owned(), value]));
        }
        if trunk["srtp"] == true {
            arguments.push("--srtp".to_owned());
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.told(&arguments)
    }

    /// What a command prints that must succeed.
    pub fn told(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{arguments:?}: {told}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        told
    }

    /// Runs `portcullis phone-agent …` on the agent's host. Questions get nothing typed.
    pub fn command(&self, arguments: &[&str]) -> Output {
        let mut child = self
            .prepared(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary can be started");
        let mut stdin = child.stdin.take().expect("it is piped");
        let _ = stdin.write_all(b"\n");
        drop(stdin);
        child.wait_with_output().expect("a command ends")
    }

    /// Starts it again after [`kill`](Self::kill).
    pub fn run(&mut self) {
        let log = fs::File::create(self.folder.path().join("output")).expect("a file can be made");
        let child = self
            .prepared(&["run"])
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file can be shared"))
            .stderr(log)
            .spawn();
        self.process = Some(child.expect("the binary can be started"));
        let begun = Instant::now();
        while !self.output().contains("listens on") {
            assert!(begun.elapsed() < Duration::from_secs(20), "{}", self.output());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// What the running agent printed.
    pub fn output(&self) -> String {
        fs::read_to_string(self.folder.path().join("output")).unwrap_or_default()
    }

    /// The agent's own log of today.
    pub fn log(&self) -> String {
        let files = fs::read_dir(self.data().join("log")).expect("there is a log");
        files
            .filter_map(|file| fs::read_to_string(file.ok()?.path()).ok())
            .collect()
    }

    /// What the server has to trust, in PEM.
    pub fn ca(&self) -> PathBuf {
        self.data().join("tls/ca.pem")
    }

    /// Everything that lies in its folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    pub fn password(&self) -> &str {
        &self.password
    }

    /// The value of `PUT /api/v2/settings/phone` for this agent.
    pub fn settings(&self, mode: &str) -> Value {
        json!({
            "agent": {
                "url": self.url(), "username": "portcullis", "password": self.password,
                "ca": fs::read_to_string(self.ca()).expect("the set-up made it"),
            },
            "mode": mode,
        })
    }

    fn prepared(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .arg("phone-agent")
            .args(arguments)
            .env_remove("PORTCULLIS_CONFIG")
            .env("PORTCULLIS_AGENT_DATA", self.data())
            .env(
                "PORTCULLIS_AGENT_KEY",
                self.folder.path().join("key/phone-agent.key"),
            );
        command
    }
}

impl Drop for PhoneAgent {
    fn drop(&mut self) {
        self.kill();
    }
}
