use anyhow::{Context, bail};
use portcullis_phone_agent::Agent;

use super::{Home, logbook, told};
use crate::cli::PromptsCommand;
use crate::commands::failure::NotThere;

/// What is longer is no recording of 20 seconds.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

pub(super) fn run(home: &Home, command: PromptsCommand) -> anyhow::Result<()> {
    let agent = home.open()?;
    match command {
        PromptsCommand::List { language } => list(&agent, language.as_deref()),
        PromptsCommand::Replace { language, name, file } => {
            let cannot = || format!("{} cannot be read", file.display());
            if MOST_BYTES < std::fs::metadata(&file).with_context(cannot)?.len() {
                bail!("{} is larger than 4 MiB", file.display());
            }
            let wav = std::fs::read(&file).with_context(cannot)?;
            agent.replace_prompt(&language, &name, &wav).map_err(told)?;
            done(home, "replaced", &language, &name)
        }
        PromptsCommand::Restore { language, name } => {
            if !agent.restore_prompt(&language, &name).map_err(told)? {
                bail!(NotThere::new(format!(
                    "no recording of your own for {name} in {language}; see `portcullis phone-agent prompts list`"
                )));
            }
            done(home, "restored", &language, &name)
        }
    }
}

/// On record, and on the screen.
fn done(home: &Home, what: &str, language: &str, name: &str) -> anyhow::Result<()> {
    logbook::start(&home.logs(), false)?;
    tracing::info!(prompt = name, language, by = logbook::operator(), "prompt {what}");
    println!("{name} in {language} {what}. The next call says it.");
    Ok(())
}

fn list(agent: &Agent, language: Option<&str>) -> anyhow::Result<()> {
    for prompt in agent.prompts()? {
        if language.is_some_and(|language| language != prompt.language) {
            continue;
        }
        let length = prompt.millis.map_or_else(
            || "none".to_owned(),
            |millis| format!("{}.{} s", millis / 1000, millis % 1000 / 100),
        );
        let state = match (prompt.replaced_at, prompt.millis) {
            (Some(at), _) => format!("yours, {}", at.to_text()),
            (None, Some(_)) => "ours".to_owned(),
            (None, None) => "missing".to_owned(),
        };
        println!(
            "{:<3} {:<15} {:>7}  {:<27} {}",
            prompt.language, prompt.name, length, state, prompt.text
        );
    }
    Ok(())
}
