//! Who must prove what at the second step.

mod change;
mod show;
mod web_xml;

use portcullis_ops::Gate;
use portcullis_ops::mfa_policy::{Find, Undo};
use uuid::Uuid;

use crate::cli::MfaCommand;
use crate::commands::failure::{NotThere, told};
use crate::commands::operator;
use crate::config::Config;
use crate::open::{Start, gate};

pub(super) async fn run(command: MfaCommand, config: &Config) -> anyhow::Result<()> {
    let gate = gate(config, Start::MustExist).await?;
    match command {
        MfaCommand::Show { user: None } => show::policy(&gate).await,
        MfaCommand::Show { user: Some(name) } => show::person(&gate, &name).await,
        MfaCommand::Preview { rule } => change::preview(&gate, rule).await,
        MfaCommand::Set {
            rule,
            yes,
            report_only,
        } => change::set(&gate, rule, yes, report_only).await,
        MfaCommand::Undo { id } => undo(&gate, id).await,
        MfaCommand::ImportAmm { web_xml, yes } => change::import(&gate, &web_xml, yes).await,
    }
}

async fn undo(gate: &Gate, id: Option<Uuid>) -> anyhow::Result<()> {
    let caller = operator(gate);
    let changes = gate.read(&caller, Find).await.map_err(told)?.changes;
    let found = match id {
        Some(id) => changes.iter().find(|change| change.id == id),
        None => changes.iter().find(|change| change.can_be_undone),
    };
    let Some(change) = found else {
        return Err(NotThere::new("no change that can be taken back; see `portcullis mfa show`").into());
    };
    gate.write(&caller, Undo { id: change.id }).await.map_err(told)?;
    println!("Taken back, version {}: {}", change.version, change.summary);
    Ok(())
}
