use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use portcullis_ops::Checkpoint;
use portcullis_ops::audit::{FindCheckpoint, Verify};

use crate::cli::AuditCommand;
use crate::commands::operator;
use crate::config::Config;
use crate::open::{Start, gate};

pub(super) async fn run(command: AuditCommand, config: &Config) -> anyhow::Result<ExitCode> {
    let gate = gate(config, Start::MustExist).await?;
    let caller = operator(&gate);
    match command {
        AuditCommand::Checkpoint => {
            println!("{}", gate.read(&caller, FindCheckpoint).await?);
            Ok(ExitCode::SUCCESS)
        }
        AuditCommand::Verify { checkpoint } => {
            let checkpoint = checkpoint.map(|path| read(&path)).transpose()?;
            let verified = gate.read(&caller, Verify { checkpoint }).await?;
            for problem in &verified.problems {
                println!("{problem}");
            }
            if verified.problems.is_empty() {
                println!("{} entries, whole and in order.", verified.entries);
                println!("{}", verified.checkpoint);
                return Ok(ExitCode::SUCCESS);
            }
            println!(
                "{} entries, {} problems.",
                verified.entries,
                verified.problems.len()
            );
            Ok(ExitCode::from(9))
        }
    }
}

fn read(path: &Path) -> anyhow::Result<Checkpoint> {
    let mut text = String::new();
    if path == Path::new("-") {
        std::io::stdin().read_to_string(&mut text)?;
    } else {
        text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    }
    Ok(text.trim().parse()?)
}
