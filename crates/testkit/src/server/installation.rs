use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::time::timeout;

use crate::database::{Database, Dialect, dialect};

/// How long a command may take before the test fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// The folders and the database of a server, which may or may not run.
pub struct Installation {
    binary: PathBuf,
    settings: Vec<String>,
    wrapper: Vec<String>,
    /// Only if it is not the embedded one.
    database: Option<Database>,
    // Declared last: the folder goes after the database.
    folder: TempDir,
}

impl Installation {
    /// Empty folders, data and key apart, and a database of the kind that this run tests.
    ///
    /// `PORTCULLIS_TEST_BINARY` names another binary, such as the release build.
    pub async fn new(binary: impl AsRef<Path>) -> Self {
        let folder = tempfile::tempdir().expect("there is room for an installation");
        let database = match dialect() {
            Dialect::Postgres => Some(Database::create_bare().await),
            Dialect::Sqlite => None,
        };
        let mut settings = vec![
            "server.listen=127.0.0.1:0".to_owned(),
            format!("data.dir={}", folder.path().join("data").display()),
            format!("keys.file={}", folder.path().join("keys/master.key").display()),
            "diagnostics.listen=off".to_owned(),
            "log.format=json".to_owned(),
        ];
        settings.extend(
            database
                .iter()
                .map(|database| format!("database.url={}", database.url())),
        );
        Self {
            binary: std::env::var_os("PORTCULLIS_TEST_BINARY")
                .map_or_else(|| binary.as_ref().to_owned(), PathBuf::from),
            settings,
            wrapper: Vec::new(),
            database,
            folder,
        }
    }

    /// Adds a setting; it wins over those before.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.settings.push(format!("{name}={value}"));
        self
    }

    /// Starts the server through another program, such as `["prlimit", "--core=unlimited"]`.
    #[must_use]
    pub fn through(mut self, wrapper: &[&str]) -> Self {
        self.wrapper = wrapper.iter().map(|word| (*word).to_owned()).collect();
        self
    }

    /// The folder around everything; removed at the end.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn key(&self) -> PathBuf {
        self.folder.path().join("keys/master.key")
    }

    /// The embedded database.
    pub fn sqlite(&self) -> PathBuf {
        self.data().join("portcullis.db")
    }

    pub fn certificate(&self) -> PathBuf {
        self.data().join("tls/certificate.pem")
    }

    pub fn log_path(&self) -> PathBuf {
        self.folder.path().join("log.json")
    }

    /// What the servers on these folders have logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// A command of the binary with these settings and an empty environment, not started yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        self.complete(&mut command);
        command.args(arguments);
        command
    }

    /// Runs a command of the binary to its end.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        output(self.command(arguments)).await
    }

    /// Runs a script on the database, behind the server's back.
    pub async fn sql(&self, script: &str) {
        let result = match &self.database {
            Some(database) => database.run(script).await,
            None => self.connect().execute_batch(script).map_err(Into::into),
        };
        result.unwrap_or_else(|error| panic!("{error}: {script}"));
    }

    /// The first column of a query's answer, which must be text: `CAST(… AS TEXT)`.
    pub async fn texts(&self, query: &str) -> Vec<String> {
        let result = match &self.database {
            Some(database) => database.texts(query).await,
            None => self.sqlite_texts(query).map_err(Into::into),
        };
        result.unwrap_or_else(|error| panic!("{error}: {query}"))
    }

    fn sqlite_texts(&self, query: &str) -> rusqlite::Result<Vec<String>> {
        self.connect()
            .prepare(query)?
            .query_map([], |row| row.get(0))?
            .collect()
    }

    fn connect(&self) -> rusqlite::Connection {
        let connection = rusqlite::Connection::open(self.sqlite()).expect("the database of the test opens");
        connection
            .busy_timeout(Duration::from_secs(10))
            .expect("SQLite can wait");
        connection
    }

    pub(super) fn server_command(&self) -> Command {
        // The kernel kills the server when the thread of the test ends, however it ends.
        let guard = ["setpriv", "--pdeathsig", "KILL", "--"].map(str::to_owned);
        let mut words = guard.iter().chain(&self.wrapper);
        let mut command = Command::new(words.next().expect("the guard is not empty"));
        command.args(words).arg(&self.binary);
        self.complete(&mut command);
        command
    }

    fn complete(&self, command: &mut Command) {
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        // A core file, if one is ever written, lands here.
        command.current_dir(self.folder.path());
        for setting in &self.settings {
            command.arg("--set").arg(setting);
        }
    }
}

/// Runs a command to its end, which must come.
async fn output(mut command: Command) -> Output {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let child = child.expect("the binary can be started");
    let id = Pid::from_child(&child);
    let ended = tokio::task::spawn_blocking(move || child.wait_with_output());
    let Ok(ended) = timeout(PATIENCE, ended).await else {
        let _ = kill_process(id, Signal::KILL);
        panic!("{command:?} did not end within {PATIENCE:?}");
    };
    ended
        .expect("waiting does not panic")
        .expect("a child can be waited for")
}
