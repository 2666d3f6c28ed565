//! What a form asks for, as a change of the policy.

use portcullis_model::{
    AppCodes, FactorKind, Grace, GroupId, PageSize, PersonSetting, PolicyChange, Requirement, Role,
    SitePolicy, UserId,
};
use portcullis_ops::mfa_policy::{Find, List, ListMatching, Matching};
use portcullis_ops::{FieldError, OpError};

use super::{ASKED, HERE};
use crate::Web;
use crate::form::{Errors, Fields, Posted, invalid};
use crate::next_path;
use crate::pages::audit::moment_of;

/// Which form asks.
#[derive(Clone, Copy)]
pub(super) enum Asking {
    /// A preview that is looked at again.
    Again,
    Group(GroupId),
    People,
    Person(UserId),
    Site,
}

/// A change, and the sub-groups that lose their own setting with it.
pub(super) struct Wanted {
    pub(super) change: PolicyChange,
    pub(super) overwritten: Vec<GroupId>,
    /// The page to go back to.
    pub(super) back: String,
}

impl Wanted {
    /// The change together with what the sub-groups lose.
    pub(super) fn whole(&self) -> PolicyChange {
        let mut change = self.change.clone();
        let lost = self.overwritten.iter().map(|group| (*group, None));
        change.groups.extend(lost);
        change
    }
}

impl Asking {
    pub(super) fn of(fields: &Fields) -> Result<Self, OpError> {
        match fields.text("kind").as_str() {
            "" => Ok(Self::Again),
            "group" => fields.parse("group").map(Self::Group),
            "people" => Ok(Self::People),
            "person" => fields.parse("people").map(Self::Person),
            "site" => Ok(Self::Site),
            _ => Err(invalid("kind", "must be one of the list")),
        }
    }

    /// The page with the form.
    pub(super) fn back(self, fields: &Fields) -> String {
        match self {
            Self::Again => next_path::safe(&fields.text("back")).unwrap_or(HERE).to_owned(),
            Self::Group(id) => format!("{HERE}/groups/{id}"),
            Self::People => format!("{HERE}/people"),
            Self::Person(id) => format!("/users/{id}?tab=authentication"),
            Self::Site => HERE.to_owned(),
        }
    }

    pub(super) async fn read(self, web: &Web, posted: &Posted) -> Result<Wanted, OpError> {
        let fields = &posted.fields;
        let change = match self {
            Self::Again => carried(fields)?,
            Self::Group(id) => PolicyChange {
                groups: vec![(id, of_group(fields)?)],
                ..PolicyChange::default()
            },
            Self::People | Self::Person(_) => PolicyChange {
                people: of_people(web, posted).await?,
                ..PolicyChange::default()
            },
            Self::Site => {
                let before = web.gate.read(&posted.who.caller, Find).await?.site;
                PolicyChange {
                    site: Some(of_site(fields, before)?),
                    ..PolicyChange::default()
                }
            }
        };
        let overwritten = fields
            .beginning("sub_")
            .filter(|(_, choice)| *choice == "overwrite")
            .filter_map(|(id, _)| id.parse().ok())
            .filter(|id| !change.groups.iter().any(|(known, _)| known == id))
            .collect();
        Ok(Wanted {
            change,
            overwritten,
            back: self.back(fields),
        })
    }
}

/// The change that travels through the preview. The operations look at it anew.
pub(super) fn carried(fields: &Fields) -> Result<PolicyChange, OpError> {
    serde_json::from_str(&fields.text("change")).map_err(|_| invalid("change", "cannot be read"))
}

pub(super) const fn floor_field(role: Role) -> &'static str {
    match role {
        Role::PrivilegedAdministrator => "floor_privileged_administrator",
        Role::Administrator => "floor_administrator",
        Role::PasswordAdministrator => "floor_password_administrator",
        Role::PasswordAuditor => "floor_password_auditor",
        Role::PasswordUser => "floor_password_user",
    }
}

fn of_site(fields: &Fields, before: SitePolicy) -> Result<SitePolicy, OpError> {
    let mut problems = Problems::default();
    let mut site = SitePolicy {
        methods: methods(fields),
        one_method: !fields.text("one_method").is_empty(),
        step_up_reveal: !fields.text("step_up_reveal").is_empty(),
        strict_time: !fields.text("strict_time").is_empty(),
        second_approver: !fields.text("second_approver").is_empty(),
        passkey_alone: !fields.text("passkey_alone").is_empty(),
        app: AppCodes {
            hash: problems
                .take(fields.parse_if_any("app_hash"))
                .flatten()
                .unwrap_or(before.app.hash),
            digits: problems
                .take(fields.parse_if_any("app_digits"))
                .flatten()
                .unwrap_or(before.app.digits),
        },
        code_seconds: problems.number(fields, "code_seconds").unwrap_or(0),
        email_seconds: problems.number(fields, "email_seconds").unwrap_or(0),
        retries: problems.number(fields, "retries").unwrap_or(0),
        remember: problems.take(fields.parse("remember")).unwrap_or_default(),
        ..before
    };
    site.floors.clear();
    for role in Role::ALL {
        let floor = problems.take(fields.parse_if_any::<FactorKind>(floor_field(role)));
        site.floors.extend(floor.flatten().map(|floor| (role, floor)));
    }
    problems.done(site)
}

fn of_group(fields: &Fields) -> Result<Option<Requirement>, OpError> {
    if fields.text("requirement") != "methods" {
        return Ok(None);
    }
    let mut problems = Problems::default();
    let grace = match fields.text("grace").as_str() {
        "until" => match moment_of(&fields.text("grace_until")) {
            Some(end) => Grace::Until(end),
            None => problems.wrong("grace_until", "must be a date and a time"),
        },
        "skips" => match fields.text("grace_skips").trim().parse() {
            Ok(most @ 1..=30) => Grace::Skips(most),
            _ => problems.wrong("grace_skips", "must be between 1 and 30"),
        },
        _ => Grace::None,
    };
    let requirement = Requirement {
        grace,
        code_seconds: problems.number_if_any(fields, "code_seconds"),
        retries: problems.number_if_any(fields, "retries"),
        remember: problems.take(fields.parse_if_any("remember")).flatten(),
        ..Requirement::of(methods(fields))
    };
    problems.done(Some(requirement))
}

/// How many people can be chosen one by one.
const MOST: usize = 200;

/// The people who are chosen, or everybody who fits the filter, with what is set for each now.
async fn chosen(web: &Web, posted: &Posted) -> Result<Vec<(UserId, PersonSetting)>, OpError> {
    let fields = &posted.fields;
    if fields.text("all") == "matching" {
        let query = fields.text("q");
        let found = web.gate.read(&posted.who.caller, ListMatching { query }).await?;
        if !(1..=Matching::MOST).contains(&found.total) {
            return Err(invalid("people", "The filter must fit 1 to 5,000 people."));
        }
        return Ok(found.people);
    }
    let only: Vec<UserId> = fields.all("people").filter_map(|id| id.parse().ok()).collect();
    if !(1..=MOST).contains(&only.len()) {
        return Err(invalid("people", "Choose 1 to 200 people."));
    }
    let wanted = only.len();
    let list = List {
        query: String::new(),
        only,
        after: None,
        size: PageSize::clamp(MOST as u64),
    };
    let found = web.gate.read(&posted.who.caller, list).await?.items;
    if found.len() != wanted {
        return Err(OpError::NotFound);
    }
    Ok(found
        .into_iter()
        .map(|person| (person.id, person.setting))
        .collect())
}

async fn of_people(web: &Web, posted: &Posted) -> Result<Vec<(UserId, PersonSetting)>, OpError> {
    let fields = &posted.fields;
    let to = fields.text("do");
    chosen(web, posted)
        .await?
        .into_iter()
        .map(|(id, before)| {
            let own = before.requirement;
            let setting = match to.as_str() {
                "enable" => PersonSetting {
                    uses_group_settings: false,
                    requirement: Some(Requirement::of(methods(fields))),
                },
                "disable" => PersonSetting {
                    uses_group_settings: false,
                    requirement: None,
                },
                "group" => PersonSetting {
                    uses_group_settings: true,
                    requirement: own,
                },
                // The box "Use group authentication settings for this user" of one person.
                "box" => PersonSetting {
                    uses_group_settings: !fields.text("uses_group_settings").is_empty(),
                    requirement: own,
                },
                _ => return Err(invalid("do", "must be one of the list")),
            };
            Ok((id, setting))
        })
        .collect()
}

fn methods(fields: &Fields) -> Vec<FactorKind> {
    let mut methods: Vec<FactorKind> = fields
        .all("methods")
        .filter_map(|word| word.parse().ok())
        .filter(|kind| ASKED.contains(kind))
        .collect();
    methods.sort_unstable();
    methods.dedup();
    methods
}

/// Collects what is wrong, so that a form shows it all at once.
#[derive(Default)]
struct Problems(Vec<FieldError>);

impl Problems {
    fn wrong<T: Default>(&mut self, field: &'static str, problem: &str) -> T {
        self.0.extend(Errors::one(field, problem).0);
        T::default()
    }

    fn take<T>(&mut self, read: Result<T, OpError>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(OpError::Invalid(errors)) => {
                self.0.extend(errors);
                None
            }
            Err(_) => None,
        }
    }

    fn number(&mut self, fields: &Fields, field: &'static str) -> Option<u32> {
        match fields.text(field).trim().parse() {
            Ok(number) => Some(number),
            Err(_) => self.wrong(field, "must be a number"),
        }
    }

    fn number_if_any(&mut self, fields: &Fields, field: &'static str) -> Option<u32> {
        if fields.text(field).trim().is_empty() {
            return None;
        }
        self.number(fields, field)
    }

    fn done<T>(self, value: T) -> Result<T, OpError> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(OpError::Invalid(self.0))
        }
    }
}
