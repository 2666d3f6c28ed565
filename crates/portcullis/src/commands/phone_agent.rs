//! The phone agent: set up, run and kept on its own host; trusted on the server.

mod ask;
mod authority;
mod import;
mod limits;
mod logbook;
mod people;
mod prompts;
mod serve;
mod setup;
mod trust;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::bail;
use portcullis_crypto::{FileSlot, PasswordHasher, is_beside};
use portcullis_phone_agent::{Agent, AgentError};

use crate::cli::{AgentPaths, PhoneAgentCommand};
use crate::commands::failure::Wrong;
use crate::config::{Config, config_folder, data_folder};
use crate::open::private_folder;
use crate::tools::{OsChance, SystemClock};

pub(super) async fn run(
    command: PhoneAgentCommand,
    paths: &AgentPaths,
    config: impl FnOnce() -> anyhow::Result<Config>,
) -> anyhow::Result<()> {
    if let PhoneAgentCommand::Trust { file } = command {
        return trust::run(&file, &config()?).await;
    }
    let home = Home::of(paths)?;
    match command {
        PhoneAgentCommand::Setup(given) => setup::run(&home, *given),
        PhoneAgentCommand::Run => serve::run(&home).await,
        PhoneAgentCommand::People { command } => people::run(&home, command).await,
        PhoneAgentCommand::Calls => calls(&home),
        PhoneAgentCommand::Prompts { command } => prompts::run(&home, command),
        PhoneAgentCommand::Limits(given) => limits::run(&home, &given),
        PhoneAgentCommand::Password => setup::password(&home),
        PhoneAgentCommand::Trust { .. } => Ok(()),
    }
}

/// Where the agent of this host lives.
struct Home {
    data: PathBuf,
    key: PathBuf,
}

impl Home {
    fn of(paths: &AgentPaths) -> anyhow::Result<Self> {
        let or = |given: &Option<PathBuf>, usual: PathBuf| given.clone().unwrap_or(usual);
        let home = Self {
            data: or(&paths.agent_data, data_folder().join("phone-agent")),
            key: or(&paths.agent_key, config_folder().join("phone-agent.key")),
        };
        if is_beside(&home.key, &home.data) {
            bail!(
                "the key file {} lies in the agent's folder {}: a copy of one would hold the other. \
                 Move the key and set `--agent-key`",
                home.key.display(),
                home.data.display()
            );
        }
        Ok(home)
    }

    fn database(&self) -> PathBuf {
        self.data.join("phone-agent.db")
    }

    fn logs(&self) -> PathBuf {
        self.data.join("log")
    }

    fn tls(&self) -> PathBuf {
        self.data.join("tls")
    }

    /// The agent as the set-up left it.
    fn open(&self) -> anyhow::Result<Agent> {
        if !self.database().exists() {
            bail!(AgentError::NotSetUp);
        }
        let agent = self.open_or_make()?;
        if !agent.is_set_up()? {
            bail!(AgentError::NotSetUp);
        }
        Ok(agent)
    }

    fn open_or_make(&self) -> anyhow::Result<Agent> {
        private_folder(&self.data)?;
        let slot = FileSlot::new(&self.key);
        if !slot.exists() {
            if self.database().exists() {
                bail!(
                    "the key file {} is missing, and the agent's database cannot be opened without it. Put it back \
                     from where it is kept safe, or set `--agent-key`",
                    self.key.display()
                );
            }
            slot.create(&OsChance)?;
        }
        Ok(Agent::open(
            &self.database(),
            &slot,
            Arc::new(SystemClock),
            Arc::new(OsChance),
            PasswordHasher::new(),
        )?)
    }
}

fn calls(home: &Home) -> anyhow::Result<()> {
    let calls = home.open()?.calls()?;
    if calls.is_empty() {
        println!("No calls yet.");
    }
    for call in calls {
        println!(
            "{}  {:<24} {:<28} {:<2} {:<16} {:>4} s {:>10}  {}",
            call.made_at.to_text(),
            call.name.as_deref().unwrap_or("(nobody)"),
            call.masked,
            call.country,
            call.outcome.map_or("under way", |outcome| outcome.word()),
            call.seconds,
            call.cost.unwrap_or_default(),
            call.trunk,
        );
    }
    Ok(())
}

/// What was typed and cannot be done ends with another exit code than what went wrong.
fn told(error: AgentError) -> anyhow::Error {
    match error {
        AgentError::Person(_) | AgentError::Settings(_) | AgentError::Taken(_) | AgentError::Wav(_) => {
            Wrong::new(error.to_string()).into()
        }
        other => other.into(),
    }
}

fn read_file(path: &Path) -> anyhow::Result<String> {
    use anyhow::Context;
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}
