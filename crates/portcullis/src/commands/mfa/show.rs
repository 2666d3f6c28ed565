use portcullis_model::{Grace, SitePolicy, methods_text};
use portcullis_ops::Gate;
use portcullis_ops::health::{SignIn, SignInHealth};
use portcullis_ops::mfa_policy::{Explain, Find};

use crate::commands::failure::told;
use crate::commands::{find, operator};

pub(super) async fn policy(gate: &Gate) -> anyhow::Result<()> {
    let policy = gate.read(&operator(gate), Find).await.map_err(told)?;
    tell(&policy.site);
    println!("Version:     {}", policy.version);
    health(&gate.read(&operator(gate), SignIn).await.map_err(told)?);
    if policy.changes.is_empty() {
        return Ok(());
    }
    println!();
    println!(
        "{:<36}  {:>7}  {:<19}  {:<9}  {:<16}  WHAT",
        "CHANGE", "VERSION", "MADE (UTC)", "STATE", "BY"
    );
    for change in policy.changes {
        println!(
            "{:<36}  {:>7}  {:<19}  {:<9}  {:<16}  {}",
            change.id,
            change.version,
            change.made_at.to_text(),
            change.state,
            change.made_by,
            change.summary
        );
    }
    Ok(())
}

/// What keeps people from signing in; nothing is said of what is in order.
fn health(health: &SignInHealth) {
    if let Some((since, problem)) = &health.mail.failing {
        println!("Mail fails:  since {} UTC: {problem}", since.to_text());
    }
    for (what, count) in [
        ("No method:  ", health.without_method.len()),
        ("Put it off: ", health.delayed.len()),
    ] {
        if 0 < count {
            println!("{what} {count} people");
        }
    }
    if !health.passes.is_empty() {
        println!("Open passes: {}", health.passes.len());
    }
}

fn tell(site: &SitePolicy) {
    println!("Methods:     {}", methods_text(&site.methods));
    for (role, floor) in &site.floors {
        println!("At least:    {} for {}", floor.label(), role.label());
    }
    println!(
        "A code ends: after {} s, by e-mail after {} s",
        site.code_seconds, site.email_seconds
    );
    println!(
        "More time:   {}",
        if site.strict_time {
            "never"
        } else {
            "for those who ask"
        }
    );
    println!("Retries:     {}", site.retries);
    println!("Remembered:  {}", site.remember.text());
    println!("One method:  {}", if site.one_method { "yes" } else { "no" });
    println!(
        "To reveal:   {}",
        if site.step_up_reveal {
            "a fresh second step"
        } else {
            "no second step"
        }
    );
    println!(
        "To help:     {}",
        if site.second_approver {
            "two administrators approve"
        } else {
            "one administrator approves"
        }
    );
    println!(
        "A passkey:   {}",
        if site.passkey_alone {
            "counts as both proofs"
        } else {
            "is a second step"
        }
    );
    println!("New apps:    {}", site.app.text());
}

pub(super) async fn person(gate: &Gate, name: &str) -> anyhow::Result<()> {
    let person = find::person(gate, name).await?;
    let explain = Explain { id: person.id };
    let effective = gate.read(&operator(gate), explain).await.map_err(told)?.effective;
    println!("Must prove:  {}", effective.text());
    println!("Has:         {}", methods_text(&effective.usable));
    for reason in &effective.reasons {
        println!("Why:         {}", reason.text());
    }
    println!(
        "A code ends: after {} s, by e-mail after {} s",
        effective.code_seconds, effective.email_seconds
    );
    println!("Retries:     {}", effective.retries);
    println!("Remembered:  {}", effective.remember.text());
    if let Some(blocked) = effective.blocked {
        println!("Kept out:    {}", blocked.text());
    } else if effective.must_set_up {
        let until = match effective.grace {
            Grace::Until(end) if effective.may_skip => format!(", or until {} UTC later", end.to_text()),
            Grace::Skips(most) if effective.may_skip => format!(", or later, at most {most} times"),
            _ => String::new(),
        };
        println!(
            "Must set up: {} at the next sign-in{until}",
            methods_text(&effective.to_set_up)
        );
    }
    Ok(())
}
