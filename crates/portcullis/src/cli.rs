//! What can be typed.

mod mfa;
mod phone_agent;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

pub(crate) use mfa::{MfaCommand, RecoverCommand, Rule};
pub(crate) use phone_agent::{
    AgentPaths, Details, ImportLdap, Limits, PeopleCommand, PhoneAgentCommand, PromptsCommand, SetUp,
    Transport, Upkeep,
};

use crate::commands::{NotThere, Wrong};
use crate::config::ConfigError;

/// A self-hosted password manager whose door opens only to two proofs.
#[derive(Parser)]
#[command(
    name = "portcullis",
    version,
    before_help = "Examples:
  portcullis                          start the server; the first start prints a set-up code
  portcullis --demo                   start a filled vault that is thrown away at the end
  portcullis doctor                   see what is wrong, and what to do about it
  portcullis config show --origin     see every setting and where it comes from
  portcullis key rotate               give the vault a new key while everybody goes on working
  portcullis mfa show --user NAME     what one person must prove at the second step, and why
  portcullis recover user NAME        a way back in for somebody who lost their second step
  portcullis audit verify             prove that nobody changed the audit trail
  portcullis phone-agent setup        on another host: keep phone numbers and PINs there, and call from there",
    after_help = "Exit codes: 0 ok, 1 error, 2 usage or configuration, 3 not found, 7 not ready, 9 problems found.",
    disable_help_subcommand = true
)]
pub(crate) struct Arguments {
    /// The configuration file.
    #[arg(long, global = true, value_name = "FILE", env = "PORTCULLIS_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Sets one setting, as in `--set server.listen=[::]:443`; wins over file and environment.
    #[arg(long = "set", global = true, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
    /// Starts a filled vault in a temporary folder, and throws it away at the end.
    #[arg(long)]
    pub(crate) demo: bool,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Starts the server (the default).
    Server,
    /// Shows and checks the settings.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Checks everything the server needs, and says what to do.
    Doctor,
    /// Shows and rotates the keys of the vault.
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Proves the audit trail.
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Shows and changes who must prove what at the second step.
    Mfa {
        #[command(subcommand)]
        command: MfaCommand,
    },
    /// Opens a way back in for one person, from the server itself.
    Recover {
        #[command(subcommand)]
        command: RecoverCommand,
    },
    /// The phone agent, which keeps people's numbers and PINs on another host and calls them.
    PhoneAgent {
        #[command(flatten)]
        paths: AgentPaths,
        #[command(subcommand)]
        command: PhoneAgentCommand,
    },
    /// Asks the running server whether it is well; for containers and load balancers.
    Healthcheck,
    /// Writes the reference pages.
    #[command(hide = true)]
    Docs { page: DocsPage },
}

#[derive(Clone, Copy, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Says whether the settings are valid.
    Check,
    /// Prints the settings; secrets are left out.
    Show {
        /// Also where each one comes from.
        #[arg(long)]
        origin: bool,
    },
}

#[derive(Subcommand)]
pub(crate) enum KeyCommand {
    /// Lists the keys, their age and how much each one seals.
    Status,
    /// Mints a new key and wraps everything anew, while the server goes on. Goes on after a kill.
    Rotate {
        /// What the key is for.
        #[arg(long, value_enum, default_value = "vault")]
        purpose: RotatablePurpose,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum RotatablePurpose {
    Connections,
    Factors,
    Vault,
}

#[derive(Subcommand)]
pub(crate) enum AuditCommand {
    /// Prints the end of the trail. Keep it outside: with it a cut-off trail is found out.
    Checkpoint,
    /// Goes through the trail and finds what was edited, removed, inserted or moved.
    Verify {
        /// A file with an earlier checkpoint, or `-` for standard input.
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum DocsPage {
    Configuration,
    Permissions,
}

/// The exit code for an error that ended a command.
pub(crate) fn exit_code(error: &anyhow::Error) -> u8 {
    if error.downcast_ref::<ConfigError>().is_some() || error.downcast_ref::<Wrong>().is_some() {
        2
    } else if error.downcast_ref::<NotThere>().is_some() {
        3
    } else {
        1
    }
}
