//! What an administrator sets for phone calls.

mod limits;
mod provider;

use std::collections::BTreeSet;

use portcullis_model::{CallPrices, Secret, SettingsProblem};
use serde::{Deserialize, Serialize};

pub use limits::PhoneLimits;
pub use provider::{PhoneProvider, PhoneProxy};

use crate::{Encryption, NumberPolicy, Prompts, Transport, TrunkSettings, Upkeep};

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
    /// What calls cost; absent where money is not counted.
    #[serde(default)]
    pub prices: Option<CallPrices>,
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
    /// The name for the password where it is another one.
    #[serde(default)]
    pub login: Option<String>,
    #[serde(default)]
    pub password: Option<Secret>,
    /// Whether a trunk that asks for the password with MD5 is not used.
    #[serde(default)]
    pub sha_only: bool,
    /// The number that people see.
    #[serde(default)]
    pub caller_id: Option<String>,
    /// What stands before the digits of a number.
    #[serde(default = "plus")]
    pub prefix: String,
    /// Whether the voice is encrypted, or the call not placed.
    #[serde(default)]
    pub srtp: bool,
    /// Whether keys may come as tones in the voice, if the other side knows no better way.
    #[serde(default)]
    pub tones: bool,
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

fn english() -> String {
    Prompts::DEFAULT.to_owned()
}

fn plus() -> String {
    "+".to_owned()
}

const fn yes() -> bool {
    true
}

/// Whether it is written like two letters of ISO 3166.
fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
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
        if self.countries.is_empty() || !self.countries.iter().all(|country| is_country(country)) {
            return Err(SettingsProblem {
                field: "countries",
                problem: "must name at least one country by two letters, such as US or DE".to_owned(),
            });
        }
        Ok(())
    }

    /// Says what is wrong with the language, for calls that say `prompts`.
    pub fn check_language(&self, prompts: &Prompts) -> Result<(), SettingsProblem> {
        if prompts.languages().contains(&self.language) {
            return Ok(());
        }
        Err(SettingsProblem {
            field: "language",
            problem: "must be one of the list, in which every prompt has a recording".to_owned(),
        })
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
        settings.login = filled(&self.login);
        settings.allows_md5 = !self.sha_only;
        settings.allows_tones = self.tones;
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

#[cfg(test)]
mod tests;
