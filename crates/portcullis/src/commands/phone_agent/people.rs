//! Whom the agent calls.

use anyhow::bail;
use portcullis_phone_agent::{Agent, Person, Stored};

use super::{Home, import, logbook, told};
use crate::cli::{Details, PeopleCommand};
use crate::commands::failure::NotThere;

pub(super) async fn run(home: &Home, command: PeopleCommand) -> anyhow::Result<()> {
    let agent = home.open()?;
    logbook::start(&home.logs(), false)?;
    match command {
        PeopleCommand::List => list(&agent),
        PeopleCommand::Show { name } => {
            show(&find(&agent, &name)?);
            Ok(())
        }
        PeopleCommand::Add {
            name,
            number,
            details,
            pin,
        } => add(&agent, &name, &number, details, pin),
        PeopleCommand::Edit {
            name,
            number,
            details,
        } => edit(&agent, &name, number, details),
        PeopleCommand::Remove { name } => {
            let stored = find(&agent, &name)?;
            agent.remove(stored.id)?;
            done("removed", &stored.person.name);
            Ok(())
        }
        PeopleCommand::ResetPin { name } => {
            let stored = find(&agent, &name)?;
            draw_pin(&agent, &stored)
        }
        PeopleCommand::Block { name, reason } => {
            let stored = find(&agent, &name)?;
            agent.block(stored.id, &reason)?;
            done("blocked", &stored.person.name);
            Ok(())
        }
        PeopleCommand::Unblock { name } => {
            let stored = find(&agent, &name)?;
            if agent.unblock(stored.id)? {
                done("unblocked", &stored.person.name);
            } else {
                println!("{} was not blocked.", stored.person.name);
            }
            Ok(())
        }
        PeopleCommand::ImportCsv { file, dry_run } => import::csv(&agent, &file, dry_run),
        PeopleCommand::ImportLdap(given) => import::directory(&agent, given).await,
    }
}

fn find(agent: &Agent, name: &str) -> anyhow::Result<Stored> {
    match agent.person(name)? {
        Some(stored) => Ok(stored),
        None => bail!(NotThere::new(format!(
            "nobody of the name {name}; see `portcullis phone-agent people list`"
        ))),
    }
}

/// On record, and on the screen.
fn done(what: &str, name: &str) {
    tracing::info!(person = name, by = logbook::operator(), "{what}");
    println!("{name} {what}.");
}

fn list(agent: &Agent) -> anyhow::Result<()> {
    let people = agent.people()?;
    if people.is_empty() {
        println!(
            "Nobody yet. Add people with `portcullis phone-agent people add`, import-csv or import-ldap."
        );
    }
    for Stored { person, .. } in people {
        let mut remarks = Vec::new();
        if person.has_pin() {
            remarks.push("PIN".to_owned());
        }
        if person.backup.is_some() {
            remarks.push("second number".to_owned());
        }
        if let Some(reason) = &person.blocked {
            remarks.push(format!("BLOCKED: {reason}"));
        }
        println!(
            "{:<32} {:<32} {}",
            person.name,
            person.masked(),
            remarks.join(", ")
        );
    }
    Ok(())
}

fn show(stored: &Stored) {
    let person = &stored.person;
    tracing::info!(person = person.name, by = logbook::operator(), "number shown");
    println!("Name              {}", person.name);
    println!("Number            {}", person.number);
    println!("Second number     {}", person.backup.as_deref().unwrap_or("none"));
    println!(
        "Around extension  {} s before, {} s after",
        person.before_extension, person.after_extension
    );
    println!(
        "Language          {}",
        person.language.as_deref().unwrap_or("that of the server")
    );
    println!(
        "PIN               {}",
        if person.has_pin() { "set" } else { "none" }
    );
    println!("Blocked           {}", person.blocked.as_deref().unwrap_or("no"));
}

fn add(agent: &Agent, name: &str, number: &str, details: Details, pin: bool) -> anyhow::Result<()> {
    let mut person = Person::new(name, number);
    apply(&mut person, details);
    agent.add(person).map_err(told)?;
    done("added", name);
    if pin {
        draw_pin(agent, &find(agent, name)?)?;
    }
    Ok(())
}

fn edit(agent: &Agent, name: &str, number: Option<String>, details: Details) -> anyhow::Result<()> {
    let stored = find(agent, name)?;
    let mut person = stored.person;
    if let Some(number) = number {
        person.number = number;
    }
    apply(&mut person, details);
    let name = person.name.clone();
    agent.edit(stored.id, person).map_err(told)?;
    done("changed", &name);
    Ok(())
}

fn apply(person: &mut Person, details: Details) {
    let none_if_empty = |text: String| (!text.trim().is_empty()).then_some(text);
    if let Some(backup) = details.backup {
        person.backup = none_if_empty(backup);
    }
    if let Some(seconds) = details.before_extension {
        person.before_extension = seconds;
    }
    if let Some(seconds) = details.after_extension {
        person.after_extension = seconds;
    }
    if let Some(language) = details.language {
        person.language = none_if_empty(language);
    }
}

fn draw_pin(agent: &Agent, stored: &Stored) -> anyhow::Result<()> {
    let pin = agent.reset_pin(stored)?;
    tracing::info!(person = stored.person.name, by = logbook::operator(), "new PIN");
    println!("PIN for {}: {}", stored.person.name, pin.expose());
    println!("It is shown this once. Tell them in person, or by a way that nobody else reads.");
    Ok(())
}
