use std::collections::{HashMap, HashSet};

use portcullis_model::{
    FactorKind, Group, GroupId, PolicyChange, Role, SitePolicy, SystemRight, Timestamp, UserId, UserState,
};
use portcullis_store::settings::{self as rows, Setting};
use portcullis_store::users::{self, User};
use portcullis_store::{Snapshot, Tx, browsers, factors, people_groups, switched_off};

use crate::factors::without_names_at_agent;
use crate::mfa_policy::load::SITE;
use crate::mfa_policy::{Company, Effective, Means, Standing, effective, site_policy};
use crate::text::Fields;
use crate::{OpError, Services};

/// Everything that the policy looks at, of everybody.
pub(super) struct State {
    pub(super) site: SitePolicy,
    pub(super) groups: HashMap<GroupId, Group>,
    pub(super) people: Vec<(User, Vec<FactorKind>)>,
    pub(super) switched_off: HashMap<UserId, Vec<FactorKind>>,
    pub(super) has: Means,
    now: Timestamp,
}

impl State {
    pub(super) async fn load(services: &Services, snapshot: &Snapshot) -> Result<Self, OpError> {
        let groups = people_groups::list(snapshot).await?;
        let mut off: HashMap<UserId, Vec<FactorKind>> = HashMap::new();
        for (user, kind) in switched_off::all(snapshot).await? {
            off.entry(user).or_default().push(kind);
        }
        let has = Means::of(services, snapshot).await?;
        let mut people = users::everybody(snapshot).await?;
        if !has.phone_agent {
            let phones = factors::of_kind(snapshot, FactorKind::Phone).await?;
            let phones = without_names_at_agent(services, snapshot, phones).await?;
            let called: HashSet<UserId> = phones.iter().map(|phone| phone.user).collect();
            for (user, enrolled) in &mut people {
                enrolled.retain(|kind| *kind != FactorKind::Phone || called.contains(&user.id));
            }
        }
        Ok(Self {
            site: site_policy(snapshot).await?,
            groups: groups.into_iter().map(|group| (group.id, group)).collect(),
            people,
            switched_off: off,
            has,
            now: services.now(),
        })
    }

    /// A group and those above it, the nearest first.
    pub(super) fn path(&self, group: Option<GroupId>) -> Vec<&Group> {
        let mut path: Vec<&Group> = Vec::new();
        let mut next = group;
        while let Some(group) = next.and_then(|id| self.groups.get(&id)) {
            // A ring cannot be made; if it were, it must not hang the server.
            if path.len() == self.groups.len() {
                break;
            }
            path.push(group);
            next = group.parent;
        }
        path
    }

    /// `Finance/Accounts payable`.
    pub(super) fn path_text(&self, group: Option<GroupId>) -> String {
        let names: Vec<&str> = self
            .path(group)
            .iter()
            .rev()
            .map(|group| group.name.as_str())
            .collect();
        names.join("/")
    }

    pub(super) fn decide(&self, user: &User, enrolled: &[FactorKind]) -> Effective {
        let company = Company {
            site: &self.site,
            has: self.has,
            now: self.now,
        };
        effective(
            &company,
            &Standing {
                role: user.role,
                setting: &user.setting,
                path: &self.path(user.group),
                enrolled,
                switched_off: self.switched_off.get(&user.id).map_or(&[], Vec::as_slice),
                has_email: !user.code_addresses().is_empty(),
                skips: user.skips,
            },
        )
    }

    /// Makes a change here, in memory, and answers what was there before.
    pub(super) fn change(&mut self, change: &PolicyChange) -> Result<PolicyChange, OpError> {
        let mut before = PolicyChange::default();
        if let Some(site) = &change.site {
            before.site = Some(std::mem::replace(&mut self.site, site.clone()));
        }
        for (id, requirement) in &change.groups {
            let group = self.groups.get_mut(id).ok_or(OpError::NotFound)?;
            let was = std::mem::replace(&mut group.requirement, requirement.clone());
            before.groups.push((*id, was));
        }
        let places: HashMap<UserId, usize> = self
            .people
            .iter()
            .enumerate()
            .map(|(place, (user, _))| (user.id, place))
            .collect();
        // In the order of the change, so that an undo can compare the two.
        for (id, setting) in &change.people {
            let place = places.get(id).ok_or(OpError::NotFound)?;
            let user = &mut self.people[*place].0;
            let was = std::mem::replace(&mut user.setting, setting.clone());
            before.people.push((*id, was));
        }
        // In the order of the change, so that an undo finds what the change wrote.
        before
            .people
            .sort_by_key(|(person, _)| change.people.iter().position(|(id, _)| id == person));
        Ok(before)
    }

    /// What holds for those who are remembered in a browser, with their places in `people`.
    async fn remembered(&self, snapshot: &Snapshot) -> Result<Vec<(usize, Effective)>, OpError> {
        let remembered: HashSet<UserId> = browsers::remembered_people(snapshot).await?.into_iter().collect();
        let people = self.people.iter().enumerate();
        Ok(people
            .filter(|(_, (user, _))| remembered.contains(&user.id))
            .map(|(place, (user, enrolled))| (place, self.decide(user, enrolled)))
            .collect())
    }

    /// How many administrators can sign in.
    pub(super) fn administrators_who_get_in(&self) -> usize {
        self.people
            .iter()
            .filter(|(user, _)| user.state == UserState::Active && is_administrator(user.role))
            .filter(|(user, enrolled)| self.decide(user, enrolled).blocked.is_none())
            .count()
    }
}

fn is_administrator(role: Role) -> bool {
    role.has(SystemRight::ManageUsers)
}

/// Whether less is allowed than before: no browser that was remembered before stands in for anything then.
fn is_stricter(before: &Effective, after: &Effective) -> bool {
    after.remember < before.remember || before.methods.iter().any(|kind| !after.methods.contains(kind))
}

/// Refuses a change that makes no sense on its own.
pub(super) fn check(change: &PolicyChange) -> Result<(), OpError> {
    let mut fields = Fields::default();
    if change.is_empty() {
        return Err(OpError::Conflict("Nothing would change."));
    }
    if let Some(site) = &change.site {
        let primary = |kind: &FactorKind| !matches!(kind, FactorKind::BackupCode | FactorKind::TemporaryPass);
        if !site.methods.iter().any(primary) {
            fields.wrong("methods", "must hold at least one besides backup codes");
        }
        check_times(&mut fields, Some(site.code_seconds), Some(site.retries));
        check_times(&mut fields, Some(site.email_seconds), None);
        if !matches!(site.app.digits, 6 | 8) {
            fields.wrong("app_digits", "must be 6 or 8");
        }
        if site.passkey_alone && !site.methods.contains(&FactorKind::WebAuthn) {
            fields.wrong("passkey_alone", "needs security keys to be switched on");
        }
    }
    let mut named = HashSet::new();
    if !change.groups.iter().all(|(id, _)| named.insert(id.0)) {
        fields.wrong("groups", "must not name a group twice");
    }
    if !change.people.iter().all(|(id, _)| named.insert(id.0)) {
        fields.wrong("people", "must not name a person twice");
    }
    let requirements = change
        .groups
        .iter()
        .filter_map(|(_, requirement)| requirement.as_ref())
        .chain(
            change
                .people
                .iter()
                .filter_map(|(_, setting)| setting.requirement.as_ref()),
        );
    for requirement in requirements {
        if requirement.methods.is_empty() {
            fields.wrong("methods", "must hold at least one");
        }
        check_times(&mut fields, requirement.code_seconds, requirement.retries);
    }
    fields.done()
}

fn check_times(fields: &mut Fields, seconds: Option<u32>, retries: Option<u32>) {
    if seconds.is_some_and(|seconds| !(30..=3600).contains(&seconds)) {
        fields.wrong("code_seconds", "must be between 30 and 3600");
    }
    if retries.is_some_and(|retries| 10 < retries) {
        fields.wrong("retries", "must be at most 10");
    }
}

/// Makes a change in the database and answers what was there before. Refuses one that locks everybody out.
pub(super) async fn make(
    services: &Services,
    tx: &Tx,
    who: &str,
    change: &PolicyChange,
) -> Result<PolicyChange, OpError> {
    let mut state = State::load(services, tx).await?;
    let got_in = state.administrators_who_get_in();
    let remembered = state.remembered(tx).await?;
    let before = state.change(change)?;
    for (place, was) in remembered {
        let (user, enrolled) = &state.people[place];
        if is_stricter(&was, &state.decide(user, enrolled)) {
            browsers::forget_remembered(tx, user.id).await?;
        }
    }
    if 0 < got_in && state.administrators_who_get_in() == 0 {
        return Err(OpError::Conflict(
            "This change would leave no administrator able to sign in, so it wasn't applied.",
        ));
    }
    if let Some(site) = &change.site {
        let row = rows::find(tx, SITE).await?;
        let setting = Setting {
            name: SITE.to_owned(),
            id: row.as_ref().map_or_else(|| services.new_id(), |row| row.id),
            revision: row.map_or(1, |row| row.revision + 1),
            value: serde_json::to_string(site).map_err(|_| OpError::Damaged)?,
            changed_at: services.now(),
            changed_by: who.to_owned(),
        };
        if rows::put(tx, &setting).await? != 1 {
            return Err(OpError::Conflict(
                "Somebody else changed this meanwhile. Look at it again.",
            ));
        }
    }
    for (id, requirement) in &change.groups {
        people_groups::set_requirement(tx, *id, requirement.as_ref()).await?;
    }
    for (id, setting) in &change.people {
        users::set_setting(tx, *id, setting).await?;
    }
    users::forget_skips(tx).await?;
    Ok(before)
}
