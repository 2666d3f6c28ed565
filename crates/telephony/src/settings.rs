//! What an administrator sets for phone calls.

mod provider;

use std::collections::BTreeSet;

use portcullis_model::{CallOutcome, FewCalls, RecentCalls, Secret, SettingsProblem};
use serde::{Deserialize, Serialize};

pub use provider::{PhoneProvider, PhoneProxy};

use crate::{
    Encryption, Few, Limits, NumberPolicy, Outcome, Prompts, Recent, Transport, TrunkSettings, Upkeep,
};

/// Kept as JSON, sealed, for it holds passwords. Calls go through trunks of one's own, the web service of a provider, or
/// an agent on another host: exactly one of the three.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneSettings {
    /// Tried in this order until one connects.
    #[serde(default)]
    pub trunks: Vec<PhoneTrunk>,
    /// Places the calls on request.
    #[serde(default)]
    pub provider: Option<PhoneProvider>,
    /// Keeps the numbers and places the calls.
    #[serde(default)]
    pub agent: Option<PhoneAgent>,
    #[serde(default)]
    pub mode: PhoneMode,
    /// The countries that are called, as two letters of ISO 3166. An agent has a list of its own.
    #[serde(default)]
    pub countries: BTreeSet<String>,
    /// Whether numbers of voice over IP are called.
    #[serde(default)]
    pub voip: bool,
    #[serde(default = "english")]
    pub language: String,
    /// Whether a report of fraud blocks the person's phone even if they hang up before they say so.
    #[serde(default = "yes")]
    pub fraud_blocks: bool,
    #[serde(default)]
    pub limits: PhoneLimits,
}

/// What the person has to do.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneMode {
    /// Press `#`. Somebody who does so out of habit lets anybody in.
    Confirm,
    /// Key in the digits that the page shows.
    #[default]
    NumberMatch,
    /// Enter a PIN that only an agent knows.
    Pin,
}

/// How an agent on another host is reached.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct PhoneAgent {
    /// `https://host:port`.
    pub url: String,
    pub username: String,
    /// As the agent drew it. It is never sent: what is sent, and what seals the answers, are made from it.
    #[serde(default)]
    pub password: Option<Secret>,
    /// The authorities that may vouch for it, in PEM; those of the machine where there are none.
    #[serde(default)]
    pub ca: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneTrunk {
    pub host: String,
    #[serde(default)]
    pub port: Option<u16>,
    pub transport: PhoneTransport,
    /// The authorities that may vouch for it, in PEM; those of the machine where there are none.
    #[serde(default)]
    pub ca: Option<String>,
    /// What stands behind the `@` where it is not the host.
    #[serde(default)]
    pub domain: Option<String>,
    pub username: String,
    #[serde(default)]
    pub password: Option<Secret>,
    /// The number that people see.
    #[serde(default)]
    pub caller_id: Option<String>,
    /// What stands before the digits of a number.
    #[serde(default = "plus")]
    pub prefix: String,
    /// Whether the voice is encrypted, or the call not placed.
    #[serde(default)]
    pub srtp: bool,
    #[serde(default)]
    pub upkeep: PhoneUpkeep,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PhoneTransport {
    Udp,
    Tcp,
    Tls,
}

/// What happens between calls.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PhoneUpkeep {
    #[default]
    Ask,
    Register,
    None,
}

/// How many calls are too many.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct PhoneLimits {
    /// For one person and for one number.
    pub in_ten_minutes: u32,
    pub in_a_day: u32,
    pub site_in_a_minute: u32,
    pub site_in_a_day: u32,
    pub at_once: u32,
}

impl Default for PhoneLimits {
    fn default() -> Self {
        let usual = Limits::default();
        Self {
            in_ten_minutes: usual.in_ten_minutes,
            in_a_day: usual.in_a_day,
            site_in_a_minute: usual.in_a_minute,
            site_in_a_day: usual.to_a_country_in_a_day,
            at_once: usual.at_once,
        }
    }
}

fn english() -> String {
    Prompts::DEFAULT.to_owned()
}

fn plus() -> String {
    "+".to_owned()
}

const fn yes() -> bool {
    true
}

const MOST_TRUNKS: usize = 8;

impl PhoneSettings {
    pub fn parse(bytes: &[u8]) -> Result<Self, SettingsProblem> {
        serde_json::from_slice(bytes).map_err(|error| SettingsProblem {
            field: "trunks",
            problem: format!("cannot be read: {error}"),
        })
    }

    /// Says what is wrong with a connection by trunks or by a provider.
    pub fn check_direct(&self) -> Result<(), SettingsProblem> {
        let wrong = |field, problem: String| Err(SettingsProblem { field, problem });
        if self.agent.is_some() {
            return wrong("agent", "must not be set beside trunks or a provider".to_owned());
        }
        if self.mode == PhoneMode::Pin {
            return wrong(
                "mode",
                "can be a PIN only where an agent keeps the PINs".to_owned(),
            );
        }
        match &self.provider {
            None => self.check_lines()?,
            Some(_) if !self.trunks.is_empty() => {
                return wrong("trunks", "must not be set beside a provider".to_owned());
            }
            Some(provider) => {
                provider.check()?;
                self.check_countries()?;
            }
        }
        self.check_limits()
    }

    /// Says what is wrong with the trunks and whom they may call.
    pub fn check_lines(&self) -> Result<(), SettingsProblem> {
        let wrong = |field, problem: String| Err(SettingsProblem { field, problem });
        if self.provider.is_some() {
            return wrong("provider", "cannot be reached from this host".to_owned());
        }
        if !(1..=MOST_TRUNKS).contains(&self.trunks.len()) {
            return wrong("trunks", "must be one to eight".to_owned());
        }
        for (trunk, settings) in self.trunks.iter().zip(self.trunk_settings()) {
            if let Err(problem) = settings.check() {
                return wrong(
                    "trunks",
                    format!("need another look, at {}: {problem}", trunk.host),
                );
            }
        }
        self.check_countries()
    }

    fn check_countries(&self) -> Result<(), SettingsProblem> {
        let known = |country: &String| country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase());
        if self.countries.is_empty() || !self.countries.iter().all(known) {
            return Err(SettingsProblem {
                field: "countries",
                problem: "must name at least one country by two letters, such as US or DE".to_owned(),
            });
        }
        Ok(())
    }

    /// Says what is wrong with the language and the limits.
    pub fn check_limits(&self) -> Result<(), SettingsProblem> {
        let wrong = |field, problem: String| Err(SettingsProblem { field, problem });
        if !Prompts::shipped().languages().contains(&self.language) {
            return wrong("language", "must be one of the list".to_owned());
        }
        let limits = &self.limits;
        let counts = [
            limits.in_ten_minutes,
            limits.in_a_day,
            limits.site_in_a_minute,
            limits.site_in_a_day,
            limits.at_once,
        ];
        if !counts.iter().all(|count| (1..=100_000).contains(count)) {
            return wrong("limits", "must each be between 1 and 100000".to_owned());
        }
        Ok(())
    }

    pub fn policy(&self) -> NumberPolicy {
        NumberPolicy {
            countries: self.countries.clone(),
            voip: self.voip,
            extensions: true,
        }
    }

    pub(crate) fn trunk_settings(&self) -> Vec<TrunkSettings> {
        self.trunks.iter().map(PhoneTrunk::settings).collect()
    }

    /// Says whether one more call may be placed.
    pub fn admit(&self, recent: &RecentCalls) -> Result<(), CallOutcome> {
        if self.limits.site_in_a_day <= recent.in_a_day {
            return Err(CallOutcome::OverLimit);
        }
        let limits = Limits {
            in_ten_minutes: self.limits.in_ten_minutes,
            in_a_day: self.limits.in_a_day,
            in_a_minute: self.limits.site_in_a_minute,
            at_once: self.limits.at_once,
            ..Limits::default()
        };
        let few = |few: FewCalls| Few {
            calling: few.is_calling,
            in_ten_minutes: few.in_ten_minutes,
            in_a_day: few.in_a_day,
        };
        let recent = Recent {
            person: few(recent.person),
            number: few(recent.number),
            in_a_minute: recent.in_a_minute,
            at_once: recent.at_once,
            failures_in_a_row: recent.failures_in_a_row,
            ..Recent::default()
        };
        limits
            .admit(&recent)
            .map_err(|refusal| Outcome::Refused(refusal).called())
    }
}

impl PhoneTrunk {
    fn settings(&self) -> TrunkSettings {
        let transport = match self.transport {
            PhoneTransport::Udp => Transport::Udp,
            PhoneTransport::Tcp => Transport::Tcp,
            PhoneTransport::Tls => Transport::Tls,
        };
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let mut settings = TrunkSettings::new(&self.host, transport, &self.host, &self.username);
        settings.port = self.port;
        settings.domain = filled(&self.domain);
        settings.password = self.password.clone().filter(|secret| !secret.expose().is_empty());
        settings.caller_id = filled(&self.caller_id);
        settings.prefix.clone_from(&self.prefix);
        settings.authorities = filled(&self.ca);
        settings.encryption = if self.srtp {
            Encryption::Srtp
        } else {
            Encryption::None
        };
        settings.upkeep = match self.upkeep {
            PhoneUpkeep::Ask => Upkeep::Ask,
            PhoneUpkeep::Register => Upkeep::Register,
            PhoneUpkeep::None => Upkeep::None,
        };
        settings
    }
}
