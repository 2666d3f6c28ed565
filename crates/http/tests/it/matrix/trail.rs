use super::callers::Caller;
use super::judge::{Verdict, of_operation};
use super::request::Values;
use super::route::{Door, Good, Route};
use super::stage::Stage;

/// What the trail says of one request: operation, outcome, actor and subject.
type Line = (String, String, String, Option<String>);

/// Says how the entries after `before` differ from what the permission page promises.
pub(super) async fn differs(
    stage: &Stage,
    route: &Route,
    caller: &Caller,
    values: &Values,
    before: i64,
) -> Option<String> {
    let rows = stage.world.entries_after(before).await.into_iter();
    let lines: Vec<Line> = rows
        .map(|row| {
            let subject = row.subject_id.map(|id| id.to_string());
            (
                row.operation.into_owned(),
                row.outcome.into_owned(),
                row.actor.into_owned(),
                subject,
            )
        })
        .collect();
    if route.door == Door::Open || route.good == Good::Whatever {
        return None;
    }
    let wanted = expected(stage, route, caller);
    let came: Vec<(&str, &str)> = lines
        .iter()
        .map(|(operation, outcome, ..)| (operation.as_str(), outcome.as_str()))
        .collect();
    if came != wanted {
        return Some(format!("the trail says {came:?} and should say {wanted:?}"));
    }
    let actor = caller.person.as_ref().map(|person| person.username.as_str());
    for (operation, _, who, subject) in &lines {
        let about = !route.has_id() || subject.as_deref() == Some(values.id());
        if Some(who.as_str()) != actor || !about {
            return Some(format!("the entry of {operation} is of {who} about {subject:?}"));
        }
    }
    None
}

/// The entries of a route: one of each operation that is always on record, up to the one that is refused.
fn expected<'a>(stage: &Stage, route: &'a Route, caller: &Caller) -> Vec<(&'a str, &'a str)> {
    let mut entries = Vec::new();
    if caller.enters != Some(route.door) {
        return entries;
    }
    for operation in route.performs {
        let row = stage.permissions.of(operation);
        if of_operation(row, caller) != Verdict::Allowed {
            entries.push((*operation, "deny"));
            return entries;
        }
        if row.always_on_record() {
            entries.push((*operation, "succeed"));
        }
    }
    entries
}
