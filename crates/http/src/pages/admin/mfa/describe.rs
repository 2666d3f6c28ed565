//! A change of the policy in words, for the preview, the history and the trail.

use portcullis_model::{PageSize, PersonSetting, PolicyChange, Remember, SitePolicy, methods_text};
use portcullis_ops::mfa_policy::{Find, List, PersonPolicy};
use portcullis_ops::{OpError, groups};

use super::tree::in_words;
use crate::Web;
use crate::session::SignedIn;

/// How many people are named one by one.
const NAMED: usize = 3;

pub(super) async fn describe(web: &Web, who: &SignedIn, change: &PolicyChange) -> Result<String, OpError> {
    let mut parts = Vec::new();
    if let Some(site) = &change.site {
        let before = web.gate.read(&who.caller, Find).await?.site;
        parts.push(of_site(&before, site));
    }
    if !change.groups.is_empty() {
        let groups = web.gate.read(&who.caller, groups::List).await?;
        let words = change
            .groups
            .iter()
            .map(|(id, requirement)| in_words(&groups, *id, requirement.as_ref()));
        parts.extend(words);
    }
    if !change.people.is_empty() {
        let list = List {
            query: String::new(),
            only: change.people.iter().map(|(id, _)| *id).collect(),
            after: None,
            size: PageSize::clamp(NAMED as u64),
        };
        let found = web.gate.read(&who.caller, list).await?.items;
        parts.push(of_people(&found, &change.people));
    }
    Ok(parts.join("; "))
}

fn of_site(before: &SitePolicy, after: &SitePolicy) -> String {
    let mut parts = Vec::new();
    if before.methods != after.methods {
        parts.push(methods_text(&after.methods));
    }
    let mut floors = Vec::new();
    for role in portcullis_model::Role::ALL {
        let floor = after.floors.get(&role);
        if before.floors.get(&role) != floor {
            let label = floor.map_or("any method", |kind| kind.label());
            floors.push(format!("{} at least {label}", role.label()));
        }
    }
    parts.append(&mut floors);
    let times = [
        ("time for a code", before.code_seconds, after.code_seconds, " s"),
        (
            "time for a code by e-mail",
            before.email_seconds,
            after.email_seconds,
            " s",
        ),
        ("retries", before.retries, after.retries, ""),
    ];
    for (name, was, is, unit) in times {
        if was != is {
            parts.push(format!("{name} {is}{unit}"));
        }
    }
    let switches = [
        (
            before.strict_time,
            after.strict_time,
            "never more time for a code",
            "more time for a code for those who ask",
        ),
        (
            before.one_method,
            after.one_method,
            "one method per person",
            "several methods per person",
        ),
        (
            before.step_up_reveal,
            after.step_up_reveal,
            "passwords after a fresh second step",
            "passwords without a fresh second step",
        ),
        (
            before.second_approver,
            after.second_approver,
            "two administrators approve requests for help",
            "one administrator approves requests for help",
        ),
        (
            before.passkey_alone,
            after.passkey_alone,
            "a passkey alone is enough",
            "a passkey alone is not enough",
        ),
    ];
    for (before, after, on, off) in switches {
        if before != after {
            parts.push(if after { on } else { off }.to_owned());
        }
    }
    if before.app != after.app {
        parts.push(format!("new authenticator apps with {}", after.app.text()));
    }
    if before.remember != after.remember {
        parts.push(match after.remember {
            Remember::Off => "no remembered browsers".to_owned(),
            period => format!("browsers remembered for {}", period.text()),
        });
    }
    if parts.is_empty() {
        return "Everybody: nothing different".to_owned();
    }
    format!("Everybody: {}", parts.join(", "))
}

fn of_people(found: &[PersonPolicy], people: &[(portcullis_model::UserId, PersonSetting)]) -> String {
    let mut names: Vec<&str> = found.iter().map(|person| person.username.as_str()).collect();
    names.truncate(NAMED);
    let others = people.len().saturating_sub(names.len());
    let mut who = names.join(", ");
    if 0 < others {
        who = format!("{who} and {others} more");
    }
    let what = match people.first() {
        Some((_, setting)) if setting.uses_group_settings => "use group settings".to_owned(),
        Some((_, setting)) => match &setting.requirement {
            Some(requirement) => format!("{}, not the group's settings", requirement.text()),
            None => "no requirement, not the group's settings".to_owned(),
        },
        None => String::new(),
    };
    format!("{who}: {what}")
}
