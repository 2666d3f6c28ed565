//! What administrators ask of people at the second step.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::access::{UnknownWord, words};
use crate::{AppCodes, FactorKind, GroupId, Role, Timestamp, UserId};

/// What is asked of a group or of one person.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// The methods that may be used, each once, the weakest first.
    pub methods: Vec<FactorKind>,
    /// How long people may put off setting one of them up.
    #[serde(default)]
    pub grace: Grace,
    /// For how many seconds a code is waited for; absent for what the site says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_seconds: Option<u32>,
    /// How often a wrong code may be tried again; absent for what the site says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<u32>,
    /// For how long a browser may be remembered; absent for what the site says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remember: Option<Remember>,
}

impl Requirement {
    pub fn of(methods: impl IntoIterator<Item = FactorKind>) -> Self {
        let mut methods: Vec<FactorKind> = methods.into_iter().collect();
        methods.sort_unstable();
        methods.dedup();
        Self {
            methods,
            grace: Grace::None,
            code_seconds: None,
            retries: None,
            remember: None,
        }
    }

    /// `Email or Authenticator App`.
    pub fn text(&self) -> String {
        methods_text(&self.methods)
    }
}

/// The methods in words, the strongest first.
pub fn methods_text(methods: &[FactorKind]) -> String {
    let labels: Vec<&str> = methods.iter().rev().map(|kind| kind.label()).collect();
    match labels.split_last() {
        None => "nothing".to_owned(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

/// How long setting up a method may be put off.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grace {
    /// It is set up at the next sign-in.
    #[default]
    None,
    /// This often.
    Skips(u32),
    Until(Timestamp),
}

/// For how long a browser on which somebody has finished signing in may do without the second step. The order is that of
/// the time, nothing first.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Remember {
    #[default]
    #[serde(rename = "off")]
    Off,
    #[serde(rename = "12h")]
    HalfADay,
    #[serde(rename = "7d")]
    AWeek,
    #[serde(rename = "30d")]
    AMonth,
}

words!(Remember { Off = "off", HalfADay = "12h", AWeek = "7d", AMonth = "30d" });

impl Remember {
    pub const ALL: [Self; 4] = [Self::Off, Self::HalfADay, Self::AWeek, Self::AMonth];

    pub const fn period(self) -> Duration {
        match self {
            Self::Off => Duration::ZERO,
            Self::HalfADay => Duration::from_hours(12),
            Self::AWeek => Duration::from_hours(7 * 24),
            Self::AMonth => Duration::from_hours(30 * 24),
        }
    }

    /// The time as people read it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Off => "never",
            Self::HalfADay => "12 hours",
            Self::AWeek => "7 days",
            Self::AMonth => "30 days",
        }
    }
}

/// What holds for everybody.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, for an administrator too"
)]
pub struct SitePolicy {
    /// The methods that are switched on, the weakest first.
    pub methods: Vec<FactorKind>,
    /// The weakest method that a role may use.
    pub floors: BTreeMap<Role, FactorKind>,
    /// For how many seconds a code is waited for.
    pub code_seconds: u32,
    /// The same for a code that comes by e-mail, which takes its time.
    pub email_seconds: u32,
    /// How often a wrong code may be tried again.
    pub retries: u32,
    /// Whether nobody gets more time for a code who asks for it.
    pub strict_time: bool,
    /// Whether setting up a method takes away the one before.
    pub one_method: bool,
    /// Whether revealing a password takes a fresh second step.
    pub step_up_reveal: bool,
    /// Whether two administrators must approve when somebody asks for help with the second step.
    pub second_approver: bool,
    /// Whether a passkey that verified its person counts as both proofs.
    pub passkey_alone: bool,
    /// What the codes of apps look like that are set up from now on.
    pub app: AppCodes,
    /// For how long a browser may be remembered: the second step is not asked there again.
    pub remember: Remember,
}

impl Default for SitePolicy {
    fn default() -> Self {
        Self {
            methods: vec![FactorKind::BackupCode, FactorKind::Totp, FactorKind::WebAuthn],
            floors: BTreeMap::new(),
            code_seconds: 120,
            email_seconds: 600,
            retries: 3,
            strict_time: false,
            one_method: false,
            step_up_reveal: false,
            second_approver: false,
            passkey_alone: false,
            app: AppCodes::default(),
            remember: Remember::Off,
        }
    }
}

/// What is kept of one person for the policy.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PersonSetting {
    /// "Use group authentication settings for this user".
    pub uses_group_settings: bool,
    pub requirement: Option<Requirement>,
}

impl Default for PersonSetting {
    fn default() -> Self {
        Self {
            uses_group_settings: true,
            requirement: None,
        }
    }
}

/// A change of the policy: what is to hold afterwards, for those it names.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyChange {
    pub site: Option<SitePolicy>,
    pub groups: Vec<(GroupId, Option<Requirement>)>,
    pub people: Vec<(UserId, PersonSetting)>,
}

impl PolicyChange {
    pub fn is_empty(&self) -> bool {
        self.site.is_none() && self.groups.is_empty() && self.people.is_empty()
    }
}

/// A group of people, in a tree.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Group {
    pub id: GroupId,
    pub parent: Option<GroupId>,
    pub name: String,
    pub requirement: Option<Requirement>,
    pub created_at: Timestamp,
}

/// Where a person's codes go.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailChoice {
    Both,
    #[default]
    First,
    Second,
}

words!(EmailChoice { Both = "both", First = "first", Second = "second" });

impl EmailChoice {
    /// The addresses among the two that codes go to.
    pub fn of<'a>(self, first: &'a str, second: &'a str) -> Vec<&'a str> {
        let chosen: &[&str] = match self {
            Self::Both => &[first, second],
            Self::First => &[first],
            Self::Second => &[second],
        };
        let mut addresses: Vec<&'a str> = Vec::new();
        for address in chosen {
            let address = if *address == first { first } else { second };
            if !address.is_empty() && !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        addresses
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_go_where_the_person_chose_and_nowhere_else() {
        let of = |choice: EmailChoice| choice.of("a@example.org", "b@example.org");
        assert_eq!(of(EmailChoice::First), ["a@example.org"]);
        assert_eq!(of(EmailChoice::Second), ["b@example.org"]);
        assert_eq!(of(EmailChoice::Both), ["a@example.org", "b@example.org"]);
        assert_eq!(EmailChoice::Second.of("a@example.org", ""), [""; 0]);
        assert_eq!(
            EmailChoice::Both.of("a@example.org", "a@example.org"),
            ["a@example.org"]
        );
    }

    #[test]
    fn methods_are_named_from_the_strongest() {
        let of = |kinds: &[FactorKind]| methods_text(kinds);
        assert_eq!(of(&[]), "nothing");
        assert_eq!(of(&[FactorKind::Email]), "Email");
        assert_eq!(
            of(&[FactorKind::Email, FactorKind::Totp, FactorKind::WebAuthn]),
            "Security Key, Authenticator App or Email"
        );
    }
}
