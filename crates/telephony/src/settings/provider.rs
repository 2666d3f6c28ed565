use portcullis_model::{Secret, SettingsProblem};
use serde::Deserialize;

use crate::{ProxySettings, VoiceApiProblem, VoiceApiSettings};

/// An account of a provider that connects calls and speaks the voice interface of Twilio.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneProvider {
    /// What stands before `/2010-04-01`: `https://api.twilio.com`.
    pub base_url: String,
    pub account_sid: String,
    #[serde(default)]
    pub auth_token: Option<Secret>,
    /// The number that people see, in E.164.
    pub caller_id: String,
    #[serde(default)]
    pub proxy: Option<PhoneProxy>,
    /// The authorities that may vouch for it, in PEM; those of the machine where there are none.
    #[serde(default)]
    pub ca: Option<String>,
}

/// What requests to the provider go through.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneProxy {
    /// `http://`, `https://`, `socks5://` or `socks5h://`, with host and port.
    pub url: String,
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default)]
    pub password: Option<Secret>,
}

impl PhoneProvider {
    /// Says which field is wrong.
    pub(super) fn check(&self) -> Result<(), SettingsProblem> {
        self.settings().check().map_err(|problem| {
            let (field, text) = match problem {
                VoiceApiProblem::BaseUrl => ("base_url", "must begin with https:// and have no user, ? or #"),
                VoiceApiProblem::Account => ("account_sid", "must be letters and digits"),
                VoiceApiProblem::AuthToken => ("auth_token", "must be filled in, without spaces"),
                VoiceApiProblem::CallerId => ("caller_id", "must be a number like +19259249500"),
                VoiceApiProblem::Proxy => (
                    "proxy",
                    "must be http://, https://, socks5:// or socks5h:// with a host; user and password stand apart",
                ),
                VoiceApiProblem::Authorities(text) => ("provider_ca", text),
                VoiceApiProblem::HooksUrl | VoiceApiProblem::Client => ("provider", "cannot be used"),
            };
            SettingsProblem {
                field,
                problem: text.to_owned(),
            }
        })
    }

    pub(crate) fn settings(&self) -> VoiceApiSettings {
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        VoiceApiSettings {
            base_url: self.base_url.trim().to_owned(),
            account: self.account_sid.trim().to_owned(),
            auth_token: self.auth_token.clone().unwrap_or_else(|| Secret::new("")),
            caller_id: self.caller_id.trim().to_owned(),
            proxy: self.proxy.as_ref().map(|proxy| ProxySettings {
                url: proxy.url.trim().to_owned(),
                username: filled(&proxy.username),
                password: proxy
                    .password
                    .clone()
                    .filter(|secret| !secret.expose().is_empty()),
            }),
            authorities: filled(&self.ca),
        }
    }
}
