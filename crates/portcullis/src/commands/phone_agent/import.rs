//! People from a file or a directory.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::Context;
use portcullis_model::Secret;
use portcullis_phone_agent::{Agent, Directory, Found, Mapping, from_csv, from_directory};

use super::{ask, logbook, read_file};
use crate::cli::ImportLdap;
use crate::commands::failure::Wrong;

pub(super) fn csv(agent: &Agent, file: &Path, only_look: bool) -> anyhow::Result<()> {
    let reader: Box<dyn Read> = if file == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(file).with_context(|| format!("{} cannot be read", file.display()))?)
    };
    let found = from_csv(reader).map_err(|error| Wrong::new(error.to_string()))?;
    finish(agent, found, only_look)
}

pub(super) async fn directory(agent: &Agent, given: ImportLdap) -> anyhow::Result<()> {
    let password = match &given.password {
        Some(file) => Secret::new(read_file(file)?.trim_end_matches(['\r', '\n'])),
        None => ask::secret(&format!("Password of {}", given.bind))?,
    };
    let directory = Directory {
        url: given.url,
        bind: given.bind,
        password,
        ca: given.ca.as_deref().map(read_file).transpose()?,
        base: given.base,
        filter: given.filter,
    };
    let mapping = Mapping {
        name: given.name,
        number: given.number,
        backup: given.backup,
    };
    let found = from_directory(&directory, &mapping).await?;
    finish(agent, found, given.dry_run)
}

fn finish(agent: &Agent, found: Vec<Found>, only_look: bool) -> anyhow::Result<()> {
    let imported = agent.import(found, only_look)?;
    for (what, names) in [("new", &imported.added), ("changed", &imported.changed)] {
        for name in names {
            println!("{what}: {name}");
        }
    }
    for (place, why) in &imported.refused {
        println!("left out, {place}: {why}");
    }
    println!(
        "{}{} new, {} changed, {} as before, {} left out.",
        if only_look { "Would be: " } else { "" },
        imported.added.len(),
        imported.changed.len(),
        imported.unchanged,
        imported.refused.len()
    );
    if !only_look {
        tracing::info!(
            added = imported.added.len(),
            changed = imported.changed.len(),
            refused = imported.refused.len(),
            by = logbook::operator(),
            "imported"
        );
    }
    Ok(())
}
