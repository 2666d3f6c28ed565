//! A throw-away `PostgreSQL` on a free loopback port, gone with us however we end.

use std::fs::{self, File};
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::command::{is_installed, output};

const PREFIX: &str = "portcullis-postgres-";
const START_LIMIT: Duration = Duration::from_mins(1);
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// A running server; dropping it stops it and removes its files.
pub(crate) struct Postgres {
    server: Child,
    port: u16,
    password: String,
    programs: PathBuf,
    _folder: Folder,
}

/// Removes the files of the server, also of one that did not start.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

/// Finds the newest `PostgreSQL` that Debian has installed.
pub(crate) fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    versions
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .filter(|programs| programs.join("initdb").is_file() && programs.join("postgres").is_file())
        .max_by_key(|programs| version(programs))
}

fn version(programs: &Path) -> Option<u32> {
    programs.parent()?.file_name()?.to_str()?.parse().ok()
}

impl Postgres {
    pub(crate) fn start() -> Result<Self> {
        let programs = programs().context("PostgreSQL is not installed")?;
        remove_leftovers();
        let user = ServerUser::choose()?;
        let folder = Folder(std::env::temp_dir().join(format!("{PREFIX}{}", std::process::id())));
        fs::create_dir(&folder.0).with_context(|| folder.0.display().to_string())?;
        fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o700))?;
        user.give(&folder.0)?;
        let password = random_password()?;
        initialize(&programs, &user, &folder.0, &password)?;
        let port = free_port()?;
        let server = launch(&programs, &user, &folder.0, port)?;
        let log = folder.0.join("log");
        let mut postgres = Self {
            server,
            port,
            password,
            programs,
            _folder: folder,
        };
        postgres.wait_until_ready(&log)?;
        Ok(postgres)
    }

    /// Returns the address with the name and password of the superuser.
    pub(crate) fn url(&self) -> String {
        format!(
            "postgres://postgres:{}@127.0.0.1:{}/postgres",
            self.password, self.port
        )
    }

    fn wait_until_ready(&mut self, log: &Path) -> Result<()> {
        let begin = Instant::now();
        loop {
            let answer = output(
                Command::new(self.programs.join("psql"))
                    .args([
                        "--no-psqlrc",
                        "--quiet",
                        "--tuples-only",
                        "--no-align",
                        "--host=127.0.0.1",
                    ])
                    .args(["--username=postgres", "--command=SELECT 1"])
                    .arg(format!("--port={}", self.port))
                    .env("PGPASSWORD", &self.password),
            );
            let Err(error) = answer else { return Ok(()) };
            let ended = self.server.try_wait()?;
            if ended.is_some() || START_LIMIT < begin.elapsed() {
                let log = fs::read_to_string(log).unwrap_or_default();
                bail!("PostgreSQL does not answer: {error}\n{log}");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // QUIT ends the server at once, without waiting for its clients; KILL would leave its children.
        let quit = Command::new("kill")
            .args(["-QUIT", &self.server.id().to_string()])
            .status();
        let begin = Instant::now();
        while quit.is_ok() && begin.elapsed() < STOP_LIMIT {
            if !matches!(self.server.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

/// Who runs the server: `PostgreSQL` refuses to be root.
enum ServerUser {
    Ourselves,
    Postgres { uid: u32, gid: u32 },
}

impl ServerUser {
    fn choose() -> Result<Self> {
        if id(&["-u"])? != 0 {
            return Ok(Self::Ourselves);
        }
        Ok(Self::Postgres {
            uid: id(&["-u", "postgres"])?,
            gid: id(&["-g", "postgres"])?,
        })
    }

    fn give(&self, path: &Path) -> Result<()> {
        if let Self::Postgres { uid, gid } = self {
            chown(path, Some(*uid), Some(*gid))?;
        }
        Ok(())
    }

    /// Returns a command that runs as this user and ends when we do.
    fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = if is_installed("setpriv") {
            let mut command = Command::new("setpriv");
            if let Self::Postgres { uid, gid } = self {
                command
                    .args([format!("--reuid={uid}"), format!("--regid={gid}")])
                    .arg("--init-groups");
            }
            command.arg("--pdeathsig=QUIT").arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(folder).stdin(Stdio::null());
        command
    }
}

fn id(arguments: &[&str]) -> Result<u32> {
    Ok(output(Command::new("id").args(arguments))?.trim().parse()?)
}

fn initialize(programs: &Path, user: &ServerUser, folder: &Path, password: &str) -> Result<()> {
    let password_file = folder.join("password");
    fs::write(&password_file, password)?;
    fs::set_permissions(&password_file, fs::Permissions::from_mode(0o600))?;
    user.give(&password_file)?;
    let arguments = [
        "--pgdata=data",
        "--username=postgres",
        "--auth=scram-sha-256",
        "--pwfile=password",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
        "--no-instructions",
    ];
    output(user.command(&programs.join("initdb"), folder).args(arguments))?;
    fs::remove_file(password_file)?;
    Ok(())
}

fn launch(programs: &Path, user: &ServerUser, folder: &Path, port: u16) -> Result<Child> {
    let log = File::create(folder.join("log"))?;
    let mut command = user.command(&programs.join("postgres"), folder);
    command.args(["-D", "data", "-p", &port.to_string(), "-h", "127.0.0.1"]);
    for setting in [
        "max_connections=300",
        "fsync=off",
        "full_page_writes=off",
        "shared_buffers=64MB",
    ] {
        command.args(["-c", setting]);
    }
    command
        .arg("-c")
        .arg(format!("unix_socket_directories={}", folder.display()));
    command
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .context("PostgreSQL cannot be started")
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn random_password() -> Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

/// Removes what runs left behind that were killed before they could.
fn remove_leftovers() {
    let Ok(entries) = fs::read_dir(std::env::temp_dir()) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(process) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else {
            continue;
        };
        if process.parse::<u32>().is_ok() && !Path::new("/proc").join(process).exists() {
            fs::remove_dir_all(entry.path()).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_15_is_newer_than_version_9() {
        assert!(
            version(Path::new("/usr/lib/postgresql/9/bin"))
                < version(Path::new("/usr/lib/postgresql/15/bin"))
        );
    }

    #[test]
    fn no_two_passwords_are_the_same() {
        let (first, second) = (random_password().unwrap(), random_password().unwrap());

        assert_eq!(first.len(), 32);
        assert_ne!(first, second);
    }
}
