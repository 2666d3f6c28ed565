//! What people name on the command line.

use portcullis_model::{PageSize, Username};
use portcullis_ops::Gate;
use portcullis_ops::groups::{GroupView, List as ListGroups};
use portcullis_ops::users::{List as ListUsers, UserView};

use super::failure::{NotThere, Wrong, told};
use super::operator;

/// The person of this user name.
pub(super) async fn person(gate: &Gate, name: &str) -> anyhow::Result<UserView> {
    let name: Username = name
        .parse()
        .map_err(|error| Wrong::new(format!("`{name}`: {error}")))?;
    let caller = operator(gate);
    let mut after = None;
    loop {
        let list = ListUsers {
            query: name.to_string(),
            after: after.take(),
            size: PageSize::clamp(u64::MAX),
        };
        let page = gate.read(&caller, list).await.map_err(told)?;
        if let Some(found) = page
            .items
            .into_iter()
            .find(|person| person.username == name.as_ref())
        {
            return Ok(found);
        }
        if page.next.is_none() {
            return Err(NotThere::new(format!("there is no person `{name}`")).into());
        }
        after = page.next;
    }
}

/// The group of this path, or of this name if there is only one.
pub(super) async fn group(gate: &Gate, name: &str) -> anyhow::Result<GroupView> {
    let mut groups = gate.read(&operator(gate), ListGroups).await.map_err(told)?;
    let name = name.trim();
    if let Some(place) = groups.iter().position(|group| group.path == name) {
        return Ok(groups.swap_remove(place));
    }
    groups.retain(|group| group.group.name == name);
    if 1 < groups.len() {
        let paths: Vec<String> = groups.iter().map(|group| format!("`{}`", group.path)).collect();
        return Err(Wrong::new(format!(
            "there are several: {}; give the whole path",
            paths.join(", ")
        ))
        .into());
    }
    groups
        .pop()
        .ok_or_else(|| NotThere::new(format!("there is no group `{name}`")).into())
}
