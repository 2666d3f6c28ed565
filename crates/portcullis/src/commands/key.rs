use std::io::{IsTerminal, Write};

use portcullis_ops::keys::{Phase, Progress, Purpose, Status, rotate};

use crate::cli::{KeyCommand, RotatablePurpose};
use crate::commands::operator;
use crate::config::Config;
use crate::open::{Start, gate};

pub(super) async fn run(command: KeyCommand, config: &Config) -> anyhow::Result<()> {
    let gate = gate(config, Start::MustExist).await?;
    let caller = operator(&gate);
    match command {
        KeyCommand::Status => {
            println!("Master key: {}", config.master_key.display());
            println!(
                "{:<16} {:>7}  {:<20} {:>9}  STATE",
                "PURPOSE", "VERSION", "SINCE (UTC)", "VALUES"
            );
            for key in gate.read(&caller, Status).await? {
                let since = key.created_at.to_text();
                println!(
                    "{:<16} {:>7}  {since:<20} {:>9}  {}",
                    key.purpose, key.version, key.values, key.state
                );
            }
        }
        KeyCommand::Rotate { purpose } => {
            let purpose = match purpose {
                RotatablePurpose::Connections => Purpose::Connections,
                RotatablePurpose::Factors => Purpose::Factors,
                RotatablePurpose::Vault => Purpose::Vault,
            };
            let version = rotate(&gate, &caller, purpose, report).await?;
            if std::io::stderr().is_terminal() {
                eprintln!();
            }
            println!(
                "The {purpose} key is at version {version}; the old one is destroyed.",
                purpose = purpose.word()
            );
        }
    }
    Ok(())
}

/// Progress goes to standard error, on one line of a terminal.
fn report(progress: &Progress) {
    let mut terminal = std::io::stderr();
    if !terminal.is_terminal() {
        return;
    }
    let what = match progress.phase {
        Phase::Finish => "verified",
        Phase::Rewrap => "wrapped anew",
        Phase::Verify => "opened once more",
    };
    let _ = write!(terminal, "\r{:>9} values {what}        ", progress.moved);
    let _ = terminal.flush();
}
