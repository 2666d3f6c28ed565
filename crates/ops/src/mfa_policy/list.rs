use portcullis_model::{
    FactorKind, Page, PageSize, PersonSetting, Role, Scope, Subject, SubjectKind, SystemRight, UserId,
    UserState,
};
use portcullis_store::Snapshot;
use portcullis_store::users::User;

use crate::mfa_policy::Effective;
use crate::mfa_policy::state::State;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists people by user name with what the policy allows them now.
pub struct List {
    /// Words that the name, the e-mail addresses or the group hold.
    pub query: String,
    /// Only these people; empty for everybody.
    pub only: Vec<UserId>,
    pub after: Option<String>,
    pub size: PageSize,
}

/// One person as the policy sees them.
#[derive(Clone, Debug)]
pub struct PersonPolicy {
    pub id: UserId,
    pub username: String,
    pub display_name: String,
    pub role: Role,
    pub state: UserState,
    /// `Finance/Accounts payable`; empty without a group.
    pub group: String,
    pub setting: PersonSetting,
    /// The methods that are allowed now, in words.
    pub methods: String,
    pub enrolled: Vec<FactorKind>,
    /// What keeps them from an allowed method.
    pub missing: Vec<&'static str>,
    pub blocked: bool,
}

impl Operation for List {
    type Output = Page<PersonPolicy>;

    const NAME: &'static str = "policy.list";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Policy)
    }
}

impl Read for List {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Page<PersonPolicy>, OpError> {
        let mut state = State::load(services, snapshot).await?;
        // Databases sort names in their own ways, and a page begins where the one before ended.
        state.people.sort_by(|(a, _), (b, _)| a.username.cmp(&b.username));
        let after = self.after.unwrap_or_default();
        let words: Vec<String> = self.query.split_whitespace().map(str::to_lowercase).collect();
        let size = usize::from(self.size.get());
        let mut items: Vec<PersonPolicy> = state
            .people
            .iter()
            .filter(|(user, _)| after < user.username)
            .filter(|(user, _)| self.only.is_empty() || self.only.contains(&user.id))
            .map(|(user, enrolled)| (user, enrolled, state.path_text(user.group)))
            .filter(|(user, _, group)| fits(user, group, &words))
            .take(size + 1)
            .map(|(user, enrolled, group)| person(&state, user, enrolled, group))
            .collect();
        let more = size < items.len();
        items.truncate(size);
        let next = items.last().filter(|_| more).map(|last| last.username.clone());
        Ok(Page { items, next })
    }
}

/// Chooses everybody who fits a filter, for one change of them all.
pub struct ListMatching {
    /// Words that the name, the e-mail addresses or the group hold; empty for everybody.
    pub query: String,
}

#[derive(Clone, Debug)]
pub struct Matching {
    pub total: usize,
    /// With what is set for each now; empty if there are more than `MOST`.
    pub people: Vec<(UserId, PersonSetting)>,
}

impl Matching {
    /// How many people can be changed at once.
    pub const MOST: usize = 5000;
}

impl Operation for ListMatching {
    type Output = Matching;

    const NAME: &'static str = "policy.list_matching";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Policy)
    }
}

impl Read for ListMatching {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Matching, OpError> {
        let state = State::load(services, snapshot).await?;
        let words: Vec<String> = self.query.split_whitespace().map(str::to_lowercase).collect();
        let mut people: Vec<(UserId, PersonSetting)> = state
            .people
            .iter()
            .filter(|(user, _)| fits(user, &state.path_text(user.group), &words))
            .map(|(user, _)| (user.id, user.setting.clone()))
            .collect();
        let total = people.len();
        if Matching::MOST < total {
            people.clear();
        }
        Ok(Matching { total, people })
    }
}

fn fits(user: &User, group: &str, words: &[String]) -> bool {
    let text = [
        &user.username,
        &user.display_name,
        &user.email,
        &user.email2,
        group,
    ]
    .join("\n")
    .to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}

fn person(state: &State, user: &User, enrolled: &[FactorKind], group: String) -> PersonPolicy {
    let effective = state.decide(user, enrolled);
    PersonPolicy {
        id: user.id,
        username: user.username.clone(),
        display_name: user.display_name.clone(),
        role: user.role,
        state: user.state,
        group,
        setting: user.setting.clone(),
        methods: effective.text(),
        enrolled: enrolled.to_vec(),
        missing: missing(&effective, state, user, enrolled),
        blocked: effective.blocked.is_some(),
    }
}

fn missing(effective: &Effective, state: &State, user: &User, enrolled: &[FactorKind]) -> Vec<&'static str> {
    let allowed = |kind: FactorKind| effective.methods.contains(&kind);
    let mut missing = Vec::new();
    if allowed(FactorKind::Email) && user.code_addresses().is_empty() {
        missing.push("No email address");
    }
    if allowed(FactorKind::Email) && !state.has.mail {
        missing.push("No mail server is set");
    }
    if allowed(FactorKind::Radius) && !state.has.radius {
        missing.push("No RADIUS server is set");
    }
    if allowed(FactorKind::Phone) && !state.has.phone_agent && !enrolled.contains(&FactorKind::Phone) {
        missing.push("No phone number");
    }
    if allowed(FactorKind::Phone) && !state.has.phone {
        missing.push("No phone trunk is set");
    }
    if allowed(FactorKind::WebAuthn) && !state.has.keys {
        missing.push("Security keys do not work at this address");
    }
    if let Some(blocked) = effective.blocked
        && !missing.contains(&blocked.text())
    {
        missing.push(blocked.text());
    }
    missing
}
