use std::path::Path;

use crate::cli::ConfigCommand;
use crate::config::{load, show};

pub(super) fn run(command: ConfigCommand, file: Option<&Path>, set: &[String]) -> anyhow::Result<()> {
    let (settings, config) = load(file, set)?;
    match command {
        ConfigCommand::Check => {
            if config.keeps_key_beside_data() {
                return Err(settings
                    .invalid("keys.file", "must not lie in the data folder")
                    .into());
            }
            println!("The settings are valid.");
        }
        ConfigCommand::Show { origin } => print!("{}", show(&settings, origin)),
    }
    Ok(())
}
