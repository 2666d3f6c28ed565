//! What is asked of a group, from the list of all groups.

use portcullis_model::{GroupId, Requirement};
use portcullis_ops::groups::GroupView;

/// A group to choose: its id, and its path as people read it.
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) path: String,
}

/// The requirement that holds for a group, and where it comes from.
pub(crate) enum Inherited {
    Own(String),
    From { group: String, methods: String },
    Nothing,
}

pub(crate) fn inherited(groups: &[GroupView], id: Option<GroupId>) -> Inherited {
    let mut next = id;
    // No more steps than there are groups, in case the tree were a ring.
    for _ in groups {
        let Some(view) = next.and_then(|id| groups.iter().find(|view| view.group.id == id)) else {
            break;
        };
        if let Some(requirement) = &view.group.requirement {
            let methods = requirement.text();
            return if Some(view.group.id) == id {
                Inherited::Own(methods)
            } else {
                Inherited::From {
                    group: view.path.clone(),
                    methods,
                }
            };
        }
        next = view.group.parent;
    }
    Inherited::Nothing
}

/// All groups but `without` and those below it, which cannot hold it.
pub(crate) fn choices(groups: &[GroupView], without: Option<GroupId>) -> Vec<Choice> {
    let prefix = groups
        .iter()
        .find(|view| Some(view.group.id) == without)
        .map(|view| format!("{}/", view.path));
    let is_below = |view: &GroupView| {
        prefix
            .as_ref()
            .is_some_and(|prefix| format!("{}/", view.path).starts_with(prefix.as_str()))
    };
    groups
        .iter()
        .filter(|view| !is_below(view))
        .map(|view| Choice {
            id: view.group.id.to_string(),
            path: view.path.clone(),
        })
        .collect()
}

/// `Finance: Email`, or that it is off.
pub(crate) fn in_words(groups: &[GroupView], id: GroupId, requirement: Option<&Requirement>) -> String {
    let path = groups
        .iter()
        .find(|view| view.group.id == id)
        .map_or("A group that is gone", |view| view.path.as_str());
    match requirement {
        Some(requirement) => format!("{path}: {}", requirement.text()),
        None => format!("{path}: no requirement of its own"),
    }
}

#[cfg(test)]
mod tests {
    use portcullis_model::{FactorKind, Group, Timestamp};
    use uuid::Uuid;

    use super::*;

    fn view(id: u128, parent: Option<u128>, path: &str, methods: &[FactorKind]) -> GroupView {
        let group = |id| GroupId(Uuid::from_u128(id));
        GroupView {
            group: Group {
                id: group(id),
                parent: parent.map(group),
                name: path.rsplit('/').next().unwrap().to_owned(),
                requirement: (!methods.is_empty()).then(|| Requirement::of(methods.iter().copied())),
                created_at: Timestamp::from_micros(0),
            },
            path: path.to_owned(),
            depth: path.matches('/').count(),
            people: 0,
        }
    }

    #[test]
    fn a_group_cannot_be_put_below_itself() {
        let groups = [
            view(1, None, "Finance", &[]),
            view(2, Some(1), "Finance/Treasury", &[]),
            view(3, None, "Finance 2", &[]),
        ];

        let free: Vec<String> = choices(&groups, Some(groups[0].group.id))
            .into_iter()
            .map(|choice| choice.path)
            .collect();

        assert_eq!(free, ["Finance 2"]);
    }

    #[test]
    fn the_nearest_requirement_counts() {
        let groups = [
            view(1, None, "Finance", &[FactorKind::Email]),
            view(2, Some(1), "Finance/Treasury", &[]),
            view(3, Some(2), "Finance/Treasury/Desk", &[FactorKind::Totp]),
        ];

        let of = |index: usize| inherited(&groups, Some(groups[index].group.id));

        assert!(matches!(of(0), Inherited::Own(methods) if methods == "Email"));
        assert!(matches!(of(1), Inherited::From { group, .. } if group == "Finance"));
        assert!(matches!(of(2), Inherited::Own(methods) if methods == "Authenticator App"));
        assert!(matches!(inherited(&groups, None), Inherited::Nothing));
    }
}
