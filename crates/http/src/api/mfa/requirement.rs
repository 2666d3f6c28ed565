use std::collections::BTreeMap;

use portcullis_model::{
    AppCodes, FactorKind, Grace as Delay, GroupId, OtpHash, PersonSetting, PolicyChange as Change, Remember,
    Requirement as Asked, Role, SitePolicy, UserId,
};
use portcullis_ops::OpError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::form::invalid;
use crate::pages::audit::moment_of;

/// What is asked of a group or of one person.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Requirement {
    /// The methods that may be used: `email`, `phone`, `backup_code`, `radius`, `totp`, `web_authn`.
    #[schema(value_type = Vec<String>, example = json!(["email", "totp"]))]
    methods: Vec<FactorKind>,
    /// How long people may put off setting one of them up.
    #[serde(default)]
    grace: Grace,
    /// For how many seconds a code is waited for, 30 to 3600; null for what the site says.
    #[serde(default)]
    #[schema(example = 120)]
    code_seconds: Option<u32>,
    /// How often a wrong code may be tried again, at most 10; null for what the site says.
    #[serde(default)]
    #[schema(example = 3)]
    retries: Option<u32>,
    /// For how long a browser may be remembered: `off`, `12h`, `7d` or `30d`; null for what the site says.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "12h")]
    remember: Option<Remember>,
}

/// `none`, a number of times, or a moment of RFC 3339.
#[derive(Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = json!({ "skips": 3 }))]
pub(super) enum Grace {
    #[default]
    None,
    Skips(u32),
    Until(String),
}

impl From<Delay> for Grace {
    fn from(delay: Delay) -> Self {
        match delay {
            Delay::None => Self::None,
            Delay::Skips(times) => Self::Skips(times),
            Delay::Until(at) => Self::Until(at.to_string()),
        }
    }
}

impl TryFrom<Grace> for Delay {
    type Error = OpError;

    fn try_from(grace: Grace) -> Result<Self, OpError> {
        Ok(match grace {
            Grace::None => Self::None,
            Grace::Skips(times) => Self::Skips(times),
            Grace::Until(text) => {
                let at = moment_of(&text).ok_or_else(|| invalid("grace", "must be a moment of RFC 3339"))?;
                Self::Until(at)
            }
        })
    }
}

impl From<Asked> for Requirement {
    fn from(asked: Asked) -> Self {
        Self {
            methods: asked.methods,
            grace: asked.grace.into(),
            code_seconds: asked.code_seconds,
            retries: asked.retries,
            remember: asked.remember,
        }
    }
}

impl TryFrom<Requirement> for Asked {
    type Error = OpError;

    fn try_from(requirement: Requirement) -> Result<Self, OpError> {
        Ok(Self {
            grace: requirement.grace.try_into()?,
            code_seconds: requirement.code_seconds,
            retries: requirement.retries,
            remember: requirement.remember,
            ..Self::of(requirement.methods)
        })
    }
}

/// What holds for everybody.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, for an administrator too"
)]
pub(super) struct SiteRules {
    /// The methods that are switched on.
    #[schema(value_type = Vec<String>, example = json!(["backup_code", "totp", "web_authn"]))]
    methods: Vec<FactorKind>,
    /// The weakest method that a role may use.
    #[schema(value_type = BTreeMap<String, String>, example = json!({ "administrator": "totp" }))]
    floors: BTreeMap<Role, FactorKind>,
    /// For how many seconds a code is waited for, 30 to 3600.
    #[schema(example = 120)]
    code_seconds: u32,
    /// The same for a code that comes by e-mail.
    #[schema(example = 600)]
    email_seconds: u32,
    /// How often a wrong code may be tried again, at most 10.
    #[schema(example = 3)]
    retries: u32,
    /// Whether nobody gets more time for a code who asks for it.
    #[serde(default)]
    strict_time: bool,
    /// Whether setting up a method takes away the one before.
    one_method: bool,
    /// Whether revealing a password takes a fresh second step.
    step_up_reveal: bool,
    /// Whether two administrators must approve when somebody asks for help with the second step.
    second_approver: bool,
    /// Whether a passkey that verified its person counts as both proofs.
    #[serde(default)]
    passkey_alone: bool,
    /// The hash function of authenticator apps that are set up from now on: `sha1`, `sha256` or `sha512`.
    #[serde(default)]
    #[schema(value_type = String, example = "sha1")]
    app_hash: OtpHash,
    /// How many digits their codes have: 6 or 8.
    #[serde(default = "six")]
    #[schema(example = 6)]
    app_digits: u8,
    /// For how long a browser may be remembered: `off`, `12h`, `7d` or `30d`.
    #[serde(default)]
    #[schema(value_type = String, example = "off")]
    remember: Remember,
}

/// What every app can do.
const fn six() -> u8 {
    6
}

impl From<SitePolicy> for SiteRules {
    fn from(site: SitePolicy) -> Self {
        Self {
            methods: site.methods,
            floors: site.floors,
            code_seconds: site.code_seconds,
            email_seconds: site.email_seconds,
            retries: site.retries,
            one_method: site.one_method,
            step_up_reveal: site.step_up_reveal,
            second_approver: site.second_approver,
            strict_time: site.strict_time,
            passkey_alone: site.passkey_alone,
            app_hash: site.app.hash,
            app_digits: site.app.digits,
            remember: site.remember,
        }
    }
}

impl From<SiteRules> for SitePolicy {
    fn from(rules: SiteRules) -> Self {
        Self {
            methods: Asked::of(rules.methods).methods,
            floors: rules.floors,
            code_seconds: rules.code_seconds,
            email_seconds: rules.email_seconds,
            retries: rules.retries,
            one_method: rules.one_method,
            step_up_reveal: rules.step_up_reveal,
            second_approver: rules.second_approver,
            strict_time: rules.strict_time,
            passkey_alone: rules.passkey_alone,
            app: AppCodes {
                hash: rules.app_hash,
                digits: rules.app_digits,
            },
            remember: rules.remember,
        }
    }
}

/// A change of the policy: what is to hold afterwards, for those it names. Everything else stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyChange {
    #[serde(default)]
    site: Option<SiteRules>,
    #[serde(default)]
    groups: Vec<GroupRule>,
    #[serde(default)]
    people: Vec<PersonRule>,
}

/// What a group asks from then on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GroupRule {
    id: Uuid,
    /// Null to ask nothing of its own.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    requirement: Option<Requirement>,
}

/// What holds for one person from then on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PersonRule {
    id: Uuid,
    /// "Use group authentication settings for this user".
    uses_group_settings: bool,
    /// Null to ask nothing of their own.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    requirement: Option<Requirement>,
}

impl TryFrom<PolicyChange> for Change {
    type Error = OpError;

    fn try_from(change: PolicyChange) -> Result<Self, OpError> {
        let asked = |requirement: Option<Requirement>| requirement.map(Asked::try_from).transpose();
        let groups = change.groups.into_iter();
        let people = change.people.into_iter();
        Ok(Self {
            site: change.site.map(SitePolicy::from),
            groups: groups
                .map(|rule| Ok((GroupId(rule.id), asked(rule.requirement)?)))
                .collect::<Result<_, OpError>>()?,
            people: people
                .map(|rule| {
                    let setting = PersonSetting {
                        uses_group_settings: rule.uses_group_settings,
                        requirement: asked(rule.requirement)?,
                    };
                    Ok((UserId(rule.id), setting))
                })
                .collect::<Result<_, OpError>>()?,
        })
    }
}
