use std::collections::HashMap;

use portcullis_model::{Group, GroupId, Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::{Snapshot, people_groups, users};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists the tree of groups, each below the one that holds it.
pub struct List;

#[derive(Clone, Debug)]
pub struct GroupView {
    pub group: Group,
    /// `Finance/Accounts payable`.
    pub path: String,
    /// 0 at the top.
    pub depth: usize,
    /// How many people are in it, without those of the groups below.
    pub people: usize,
}

impl Operation for List {
    type Output = Vec<GroupView>;

    const NAME: &'static str = "group.list";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Group)
    }
}

impl Read for List {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<GroupView>, OpError> {
        views(snapshot).await
    }
}

/// The whole tree.
pub(super) async fn views(snapshot: &Snapshot) -> Result<Vec<GroupView>, OpError> {
    let counts = users::count_by_group(snapshot).await?;
    let mut below: HashMap<Option<GroupId>, Vec<Group>> = HashMap::new();
    for group in people_groups::list(snapshot).await? {
        below.entry(group.parent).or_default().push(group);
    }
    let mut views = Vec::new();
    add(&mut views, &mut below, &counts, None, "", 0);
    Ok(views)
}

fn add(
    views: &mut Vec<GroupView>,
    below: &mut HashMap<Option<GroupId>, Vec<Group>>,
    counts: &HashMap<GroupId, usize>,
    parent: Option<GroupId>,
    above: &str,
    depth: usize,
) {
    for group in below.remove(&parent).unwrap_or_default() {
        let path = if above.is_empty() {
            group.name.clone()
        } else {
            format!("{above}/{}", group.name)
        };
        let id = group.id;
        views.push(GroupView {
            people: counts.get(&id).copied().unwrap_or_default(),
            group,
            path: path.clone(),
            depth,
        });
        add(views, below, counts, Some(id), &path, depth + 1);
    }
}
