//! The commands, one file each.

mod audit;
mod config;
mod docs;
mod doctor;
mod failure;
mod find;
mod healthcheck;
mod key;
mod mfa;
mod phone_agent;
mod recover;

use std::process::ExitCode;

use portcullis_model::Caller;
use portcullis_ops::Gate;

pub(crate) use failure::{NotThere, Wrong};

use crate::cli::{Arguments, Command};
use crate::config::load;
use crate::{demo, logging, serve};

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let file = arguments.config.as_deref();
    match arguments.command {
        None | Some(Command::Server) if arguments.demo => {
            let (_, config) = load(file, &arguments.set)?;
            logging::start(&config);
            Box::pin(demo::run(config)).await?;
        }
        None | Some(Command::Server) => {
            let (_, config) = load(file, &arguments.set)?;
            logging::start(&config);
            serve::run_configured(config).await?;
        }
        Some(Command::Config { command }) => config::run(command, file, &arguments.set)?,
        Some(Command::Docs { page }) => docs::run(page),
        Some(Command::Doctor) => return doctor::run(file, &arguments.set).await,
        Some(Command::Healthcheck) => return healthcheck::run(&load(file, &arguments.set)?.1).await,
        Some(Command::Key { command }) => key::run(command, &load(file, &arguments.set)?.1).await?,
        Some(Command::Mfa { command }) => mfa::run(command, &load(file, &arguments.set)?.1).await?,
        Some(Command::Recover { command }) => recover::run(command, &load(file, &arguments.set)?.1).await?,
        Some(Command::PhoneAgent { paths, command }) => {
            phone_agent::run(command, &paths, || Ok(load(file, &arguments.set)?.1)).await?;
        }
        Some(Command::Audit { command }) => return audit::run(command, &load(file, &arguments.set)?.1).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// Whoever runs a command on the server.
fn operator(gate: &Gate) -> Caller {
    Caller::console(gate.request_id())
}
