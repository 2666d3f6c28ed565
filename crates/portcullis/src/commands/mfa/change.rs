use std::fs::File;
use std::io::{IsTerminal, Read, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use portcullis_model::{AppCodes, FactorKind, Grace, PersonSetting, PolicyChange, Requirement, SitePolicy};
use portcullis_ops::Gate;
use portcullis_ops::mfa_policy::{Apply, Effect, Find, Preview, Previewed, ReportOnly};

use super::web_xml;
use crate::cli::Rule;
use crate::commands::failure::{NotThere, Wrong, told};
use crate::commands::{find, operator};

/// A change and its words for the history.
struct Wanted {
    change: PolicyChange,
    summary: String,
}

pub(super) async fn preview(gate: &Gate, rule: Rule) -> anyhow::Result<()> {
    let wanted = wanted(gate, rule).await?;
    look(gate, &wanted).await.map(drop)
}

pub(super) async fn set(gate: &Gate, rule: Rule, yes: bool, report_only: Option<u32>) -> anyhow::Result<()> {
    let wanted = wanted(gate, rule).await?;
    if let Some(days) = report_only {
        return report(gate, wanted, days).await;
    }
    apply(gate, wanted, yes).await
}

/// A real one has some hundred kilobytes at most.
const LONGEST: u64 = 4 * 1024 * 1024;

pub(super) async fn import(gate: &Gate, path: &Path, yes: bool) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    let shown = path.display();
    File::open(path)
        .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
        .with_context(|| format!("cannot read {shown}"))?;
    if LONGEST < u64::try_from(bytes.len())? {
        return Err(Wrong::new(format!("{shown} is too large for a web.xml")).into());
    }
    let found = web_xml::read(&String::from_utf8_lossy(&bytes))
        .map_err(|error| Wrong::new(format!("{shown}: {error}")))?;
    if found.seconds.is_none() && found.retries.is_none() {
        let names = format!("`{}` or `{}`", web_xml::SECONDS, web_xml::RETRIES);
        return Err(NotThere::new(format!("{shown} has no context-param {names}")).into());
    }
    let site = gate.read(&operator(gate), Find).await.map_err(told)?.site;
    let site = SitePolicy {
        code_seconds: found.seconds.unwrap_or(site.code_seconds),
        retries: found.retries.unwrap_or(site.retries),
        ..site
    };
    println!(
        "A code ends after {} s; {} retries.",
        site.code_seconds, site.retries
    );
    let wanted = Wanted {
        summary: format!(
            "Site, from the AMM: a code ends after {} s, {} retries",
            site.code_seconds, site.retries
        ),
        change: PolicyChange {
            site: Some(site),
            ..PolicyChange::default()
        },
    };
    apply(gate, wanted, yes).await
}

/// Previews, asks and applies.
async fn apply(gate: &Gate, wanted: Wanted, yes: bool) -> anyhow::Result<()> {
    let previewed = look(gate, &wanted).await?;
    // The operation refuses this too, and says why.
    if !yes && !previewed.locks_out {
        let blocked = previewed.count(Effect::Blocked);
        if std::io::stdin().is_terminal() {
            if !agreed()? {
                bail!("nothing was changed");
            }
        } else if 0 < blocked {
            bail!("{blocked} would be kept out, so nothing was changed; `--yes` if it is meant");
        }
    }
    let apply = Apply {
        change: wanted.change,
        summary: wanted.summary,
        version: previewed.version,
        at: None,
    };
    let applied = gate.write(&operator(gate), apply).await.map_err(told)?;
    println!(
        "Applied as version {}; `portcullis mfa undo {}` takes it back within a day.",
        applied.version, applied.id
    );
    Ok(())
}

/// Previews, and lets the change report what it would do.
async fn report(gate: &Gate, wanted: Wanted, days: u32) -> anyhow::Result<()> {
    let previewed = look(gate, &wanted).await?;
    let report = ReportOnly {
        change: wanted.change,
        summary: wanted.summary,
        version: previewed.version,
        days,
    };
    let made = gate.write(&operator(gate), report).await.map_err(told)?;
    println!(
        "Nothing was changed. Version {} reports for {days} days; `portcullis mfa undo {}` discards it.",
        made.version, made.id
    );
    Ok(())
}

fn agreed() -> anyhow::Result<bool> {
    print!("Apply this? [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Prints whom a change touches.
async fn look(gate: &Gate, wanted: &Wanted) -> anyhow::Result<Previewed> {
    let preview = Preview {
        change: wanted.change.clone(),
    };
    let mut previewed = gate.read(&operator(gate), preview).await.map_err(told)?;
    println!("{}", wanted.summary);
    println!(
        "{} kept out, {} weaker, {} changed otherwise, {} unchanged",
        previewed.count(Effect::Blocked),
        previewed.count(Effect::Weaker),
        previewed.count(Effect::Changed),
        previewed.count(Effect::Unchanged)
    );
    if previewed.locks_out {
        println!("No administrator could sign in any more, so it is not going to be applied.");
    }
    previewed.rows.sort_by_key(|row| row.effect);
    let mut touched = previewed
        .rows
        .iter()
        .filter(|row| row.effect != Effect::Unchanged)
        .peekable();
    if touched.peek().is_some() {
        println!(
            "{:<24} {:<24} {:<32} {:<32} EFFECT",
            "PERSON", "GROUP", "NOW", "AFTER"
        );
    }
    for row in touched {
        let effect = match row.effect {
            Effect::Blocked => "kept out",
            Effect::Weaker => "weaker",
            Effect::Changed | Effect::Unchanged => "changed",
        };
        println!(
            "{:<24} {:<24} {:<32} {:<32} {effect}",
            row.username, row.group, row.now, row.after
        );
    }
    for group in &previewed.sub_groups {
        println!("{} keeps its own: {}", group.path, group.methods);
    }
    Ok(previewed)
}

async fn wanted(gate: &Gate, rule: Rule) -> anyhow::Result<Wanted> {
    let mut change = PolicyChange::default();
    let summary = if let Some(name) = &rule.group {
        let group = find::group(gate, name).await?;
        let requirement = requirement(gate, &rule);
        let summary = format!("{}: {}", group.path, described(requirement.as_ref()));
        change.groups.push((group.group.id, requirement));
        summary
    } else if let Some(name) = &rule.user {
        let person = find::person(gate, name).await?;
        let requirement = requirement(gate, &rule);
        let summary = format!("{}: {}", person.username, described(requirement.as_ref()));
        let setting = PersonSetting {
            uses_group_settings: requirement.is_none(),
            requirement,
        };
        change.people.push((person.id, setting));
        summary
    } else {
        let before = gate.read(&operator(gate), Find).await.map_err(told)?.site;
        let site = site(&rule, before.clone());
        if site == before {
            return Err(Wrong::new("nothing would change; name what is to hold, such as `--methods`").into());
        }
        let methods = Requirement::of(site.methods.iter().copied()).text();
        let mut summary = format!(
            "Site: {methods}; a code ends after {} s, by e-mail after {} s, {} retries; browsers remembered: {}",
            site.code_seconds,
            site.email_seconds,
            site.retries,
            site.remember.text()
        );
        if site.passkey_alone != before.passkey_alone {
            summary += if site.passkey_alone {
                "; a passkey alone is enough"
            } else {
                "; a passkey alone is not enough"
            };
        }
        if site.app != before.app {
            summary.push_str("; new authenticator apps with ");
            summary.push_str(&site.app.text());
        }
        change.site = Some(site);
        summary
    };
    Ok(Wanted { change, summary })
}

fn described(requirement: Option<&Requirement>) -> String {
    requirement.map_or_else(|| "nothing of its own".to_owned(), Requirement::text)
}

/// What a rule asks of a group or a person; nothing if it takes away what was asked.
fn requirement(gate: &Gate, rule: &Rule) -> Option<Requirement> {
    if rule.clear {
        return None;
    }
    let grace = match (rule.grace_days, rule.skips) {
        (Some(days), _) => Grace::Until(gate.now() + Duration::from_hours(24) * days),
        (None, Some(times)) => Grace::Skips(times),
        (None, None) => Grace::None,
    };
    Some(Requirement {
        grace,
        code_seconds: rule.code_seconds,
        retries: rule.retries,
        remember: rule.remember,
        ..Requirement::of(rule.methods.iter().copied())
    })
}

fn site(rule: &Rule, before: SitePolicy) -> SitePolicy {
    let methods: Vec<FactorKind> = Requirement::of(rule.methods.iter().copied()).methods;
    SitePolicy {
        methods: if methods.is_empty() {
            before.methods
        } else {
            methods
        },
        floors: before.floors,
        code_seconds: rule.code_seconds.unwrap_or(before.code_seconds),
        email_seconds: rule.email_seconds.unwrap_or(before.email_seconds),
        retries: rule.retries.unwrap_or(before.retries),
        one_method: rule.one_method.unwrap_or(before.one_method),
        step_up_reveal: rule.step_up_reveal.unwrap_or(before.step_up_reveal),
        strict_time: rule.strict_time.unwrap_or(before.strict_time),
        second_approver: rule.second_approver.unwrap_or(before.second_approver),
        passkey_alone: rule.passkey_alone.unwrap_or(before.passkey_alone),
        app: AppCodes {
            hash: rule.app_hash.unwrap_or(before.app.hash),
            digits: rule.app_digits.unwrap_or(before.app.digits),
        },
        remember: rule.remember.unwrap_or(before.remember),
    }
}
