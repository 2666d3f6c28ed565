use portcullis_model::{GroupId, PolicyChange, Remember, Scope, Subject, SubjectKind, SystemRight, UserId};
use portcullis_store::{Snapshot, policy_changes};

use crate::mfa_policy::Effective;
use crate::mfa_policy::state::{State, check};
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Says whom a change would touch and how, and changes nothing.
pub struct Preview {
    pub change: PolicyChange,
}

#[derive(Clone, Debug)]
pub struct Previewed {
    /// The version that was looked at, for `Apply`.
    pub version: i64,
    /// Everybody whom the change touches or could touch, by user name.
    pub rows: Vec<PreviewRow>,
    /// Groups below the changed ones that have a setting of their own, and keep it.
    pub sub_groups: Vec<SubGroup>,
    /// Whether no administrator could sign in any more.
    pub locks_out: bool,
}

#[derive(Clone, Debug)]
pub struct PreviewRow {
    pub id: UserId,
    pub username: String,
    pub group: String,
    pub now: String,
    pub after: String,
    pub effect: Effect,
    pub why: String,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Effect {
    Blocked,
    Weaker,
    Changed,
    Unchanged,
}

#[derive(Clone, Debug)]
pub struct SubGroup {
    pub id: GroupId,
    pub path: String,
    pub methods: String,
}

impl Previewed {
    pub fn count(&self, effect: Effect) -> usize {
        self.rows.iter().filter(|row| row.effect == effect).count()
    }
}

impl Operation for Preview {
    type Output = Previewed;

    const NAME: &'static str = "policy.preview";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Policy)
    }
}

impl Read for Preview {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Previewed, OpError> {
        check(&self.change)?;
        let version = policy_changes::version(snapshot).await?;
        let mut state = State::load(services, snapshot).await?;
        let got_in = state.administrators_who_get_in();
        let before: Vec<Effective> = state
            .people
            .iter()
            .map(|(user, enrolled)| state.decide(user, enrolled))
            .collect();
        state.change(&self.change)?;
        let rows = state
            .people
            .iter()
            .zip(before)
            .filter(|((user, _), _)| touches(&self.change, &state, user.id, user.group))
            .map(|((user, enrolled), before)| {
                let after = state.decide(user, enrolled);
                PreviewRow {
                    id: user.id,
                    username: user.username.clone(),
                    group: state.path_text(user.group),
                    now: shown(&before),
                    after: shown(&after),
                    effect: effect(&before, &after),
                    why: why(&after),
                }
            })
            .collect();
        Ok(Previewed {
            version,
            rows,
            sub_groups: sub_groups(&self.change, &state),
            locks_out: 0 < got_in && state.administrators_who_get_in() == 0,
        })
    }
}

/// Whether a person is named by the change, or belongs to a group that is, or everybody is.
fn touches(change: &PolicyChange, state: &State, id: UserId, group: Option<GroupId>) -> bool {
    change.site.is_some()
        || change.people.iter().any(|(person, _)| *person == id)
        || state
            .path(group)
            .iter()
            .any(|group| change.groups.iter().any(|(changed, _)| *changed == group.id))
}

fn shown(effective: &Effective) -> String {
    if let Some(blocked) = effective.blocked {
        return format!("Blocked: {}", blocked.text());
    }
    let mut text = effective.text();
    if effective.passkey_alone {
        text.push_str("; a passkey alone is enough");
    }
    if effective.remember != Remember::Off {
        text.push_str("; browsers remembered for ");
        text.push_str(effective.remember.text());
    }
    text
}

fn effect(before: &Effective, after: &Effective) -> Effect {
    if after.blocked.is_some() && before.blocked != after.blocked {
        Effect::Blocked
    } else if before.methods == after.methods
        && before.blocked == after.blocked
        && before.passkey_alone == after.passkey_alone
        && before.remember == after.remember
    {
        Effect::Unchanged
    } else if after.weakest() < before.weakest() || before.remember < after.remember {
        Effect::Weaker
    } else {
        Effect::Changed
    }
}

fn why(effective: &Effective) -> String {
    let reasons: Vec<String> = effective.reasons.iter().map(super::Reason::text).collect();
    reasons.join(" ")
}

fn sub_groups(change: &PolicyChange, state: &State) -> Vec<SubGroup> {
    let changed = |id: GroupId| change.groups.iter().any(|(changed, _)| *changed == id);
    let mut found: Vec<SubGroup> = state
        .groups
        .values()
        .filter(|group| !changed(group.id))
        .filter(|group| state.path(group.parent).iter().any(|above| changed(above.id)))
        .filter_map(|group| {
            let requirement = group.requirement.as_ref()?;
            Some(SubGroup {
                id: group.id,
                path: state.path_text(Some(group.id)),
                methods: requirement.text(),
            })
        })
        .collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}
