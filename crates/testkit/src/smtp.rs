//! A real mail server with a manner for every recipient.

mod certificates;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde::Deserialize;
use tempfile::TempDir;
use tokio::time::timeout;

use certificates::Certificates;

const SCRIPT: &str = include_str!("smtp/server.py");

/// How long a start or a letter may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// aiosmtpd on free loopback ports. Its process dies with this, and with the process of the test.
///
/// What it does depends on how the recipient's address begins: `unknown` is 550, `full` 452, `grey` 451 the first time
/// only, `spam` 554 after the letter, `slow` no answer at all and `drop` a cut connection. The sender `banned@` is 550.
/// The user `parrot` is refused with the password in the reply, the user `busy` is told to come back.
pub struct SmtpServer {
    pub ports: SmtpPorts,
    ca_pem: String,
    process: Child,
    // Declared last: the folder goes after the process.
    folder: TempDir,
}

/// Where the server listens, by what it demands there. The name is `localhost` everywhere.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct SmtpPorts {
    /// Neither TLS nor a user.
    pub plain: u16,
    /// A user, without TLS.
    pub plain_login: u16,
    /// STARTTLS, then a user.
    pub starttls: u16,
    /// The same, but knows only AUTH LOGIN.
    pub starttls_login_only: u16,
    /// TLS from the first byte, then a user.
    pub tls: u16,
    /// STARTTLS with a certificate for another name.
    pub wrong_name: u16,
    /// STARTTLS with a certificate of another authority.
    pub untrusted: u16,
    /// STARTTLS with a certificate of the day before yesterday.
    pub expired: u16,
}

/// A letter as the server got it, taken apart by Python's own parser.
#[derive(Clone, Debug, Deserialize)]
pub struct ReceivedLetter {
    /// The name of the port it came in on.
    pub listener: String,
    /// What the sender called itself.
    pub hello: String,
    /// The version, if the connection was encrypted.
    pub tls: Option<String>,
    /// Who signed in, if anybody.
    pub login: Option<String>,
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    pub subject: String,
    /// In their order, decoded.
    pub headers: Vec<(String, String)>,
    pub text: String,
    pub html: String,
    #[serde(skip)]
    pub raw: Vec<u8>,
}

impl ReceivedLetter {
    /// The header of this name; there must be exactly one.
    pub fn header(&self, name: &str) -> &str {
        let mut found = self
            .headers
            .iter()
            .filter(|(given, _)| given.eq_ignore_ascii_case(name));
        let (_, value) = found.next().unwrap_or_else(|| panic!("no header {name}"));
        assert!(found.next().is_none(), "more than one header {name}");
        value
    }
}

impl SmtpServer {
    pub const USERNAME: &str = "mailer";
    pub const PASSWORD: &str = "correct horse battery";

    /// Starts the server; ready to answer when this returns.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("there is room for a mail server");
        let certificates = Certificates::write(folder.path());
        let script = folder.path().join("server.py");
        fs::write(&script, SCRIPT).expect("the folder of the test can be written");
        let log = fs::File::create(folder.path().join("log")).expect("the folder of the test can be written");
        // Debian's own Python, because the server is one of Debian's packages.
        let mut process = Command::new("/usr/bin/python3")
            .args(["-W", "ignore"])
            .arg(&script)
            .arg(folder.path())
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("/usr/bin/python3 can be started; `cargo xtask packages` installs it");
        let stdout = process.stdout.take().expect("it is piped");
        let first = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line).map(|_| line)
        });
        let line = timeout(PATIENCE, first).await;
        let ports = match &line {
            Ok(Ok(Ok(line))) => serde_json::from_str(line).ok(),
            _ => None,
        };
        let Some(ports) = ports else {
            let _ = process.kill();
            let _ = process.wait();
            panic!(
                "the mail server did not start; `cargo xtask packages` installs python3-aiosmtpd. It said:\n{}",
                read(&folder.path().join("log"))
            );
        };
        Self {
            ports,
            ca_pem: certificates.ca_pem,
            process,
            folder,
        }
    }

    /// The authority that signed the certificates of all ports but `untrusted`.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Every letter so far, the oldest first.
    pub fn letters(&self) -> Vec<ReceivedLetter> {
        let entries = fs::read_dir(self.folder.path()).expect("the folder of the test can be read");
        let mut paths: Vec<_> = entries
            .map(|entry| entry.expect("the folder of the test can be read").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .collect();
        paths.sort();
        paths.iter().map(|path| letter(path)).collect()
    }

    /// Waits for a letter to this address and gives the newest.
    pub async fn wait_for_letter(&self, to: &str) -> ReceivedLetter {
        let is_to = |letter: &ReceivedLetter| letter.to.iter().any(|address| address == to);
        let found = async {
            loop {
                if let Some(letter) = self.letters().into_iter().rfind(is_to) {
                    return letter;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let found = timeout(PATIENCE, found).await;
        found.unwrap_or_else(|_| {
            panic!(
                "no letter to {to} within {PATIENCE:?}; the server's log:\n{}",
                self.log()
            )
        })
    }

    /// What the server has written to its error output.
    pub fn log(&self) -> String {
        read(&self.folder.path().join("log"))
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn letter(path: &Path) -> ReceivedLetter {
    let mut letter: ReceivedLetter =
        serde_json::from_str(&read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    letter.raw = fs::read(path.with_extension("eml")).expect("every letter is kept");
    letter
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn the_server_ends_with_its_value() {
        let server = SmtpServer::start().await;
        let port = server.ports.plain;
        assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());

        drop(server);

        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    }

    #[tokio::test]
    async fn the_server_ends_with_the_process_of_the_test() {
        let mut server = SmtpServer::start().await;

        drop(server.process.stdin.take());

        let ended = server.process.wait().expect("a child can be waited for");
        assert!(ended.success());
    }
}
