use portcullis_model::{Secret, SettingsProblem};
use serde::Deserialize;

use crate::setup::Setup;

/// What an administrator sets, as it is stored (sealed).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// Together with `password`, or not at all.
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default)]
    pub password: Option<Secret>,
    pub from_address: String,
    #[serde(default)]
    pub from_name: String,
    #[serde(default)]
    pub reply_to: Option<String>,
    /// The certificates of the only authorities to trust, instead of those that the machine trusts.
    #[serde(default)]
    pub ca_pem: Option<String>,
    /// How long the server may take for one step of the conversation.
    #[serde(default = "default_timeout")]
    pub timeout_seconds: u16,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// Encrypted after a greeting in clear, or not at all. Usually port 587 or 25.
    StartTls,
    /// Encrypted from the first byte. Usually port 465.
    Tls,
    None,
}

fn default_timeout() -> u16 {
    20
}

impl MailSettings {
    /// Reads what is stored and tells what is wrong with it.
    pub fn parse(settings: &[u8]) -> Result<Self, SettingsProblem> {
        if settings.is_empty() {
            return Err(SettingsProblem {
                field: "",
                problem: "no mail server is set up".to_owned(),
            });
        }
        // What serde says may repeat a value, and one of the values is the password.
        let parsed: Self = serde_json::from_slice(settings).map_err(|error| SettingsProblem {
            field: "",
            problem: format!("the settings cannot be read (column {})", error.column()),
        })?;
        parsed.check()?;
        Ok(parsed)
    }

    /// Tells what is wrong.
    pub fn check(&self) -> Result<(), SettingsProblem> {
        Setup::of(self).map(drop)
    }
}
