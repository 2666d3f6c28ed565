use portcullis_model::Secret;
use reqwest::Url;

use crate::trust;

/// An account of a provider that connects calls.
#[derive(Clone, Debug)]
pub struct VoiceApiSettings {
    /// What stands before `/2010-04-01`: `https://api.twilio.com`, or that of whoever speaks the same.
    pub base_url: String,
    /// The account SID.
    pub account: String,
    /// Proves us to the provider, and the provider to us.
    pub auth_token: Secret,
    /// The number that people see; the provider must know that it is ours.
    pub caller_id: String,
    pub proxy: Option<ProxySettings>,
    /// The authorities that may vouch for the provider, in PEM; those of the machine where there are none.
    pub authorities: Option<String>,
}

/// What our requests to the provider go through.
#[derive(Clone, Debug)]
pub struct ProxySettings {
    /// `http://`, `https://`, `socks5://`, or `socks5h://` where the proxy is to look up names.
    pub url: String,
    pub username: Option<String>,
    pub password: Option<Secret>,
}

/// What is wrong with settings. The texts are for administrators.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum VoiceApiProblem {
    #[error("the base URL must begin with https:// and have no user, question mark or #")]
    BaseUrl,
    #[error("the account SID must be letters and digits")]
    Account,
    #[error("the auth token must be filled in, without spaces")]
    AuthToken,
    #[error("the caller id must be a number like +19259249500")]
    CallerId,
    #[error(
        "the proxy must be http://, https://, socks5:// or socks5h:// with a host, and the user apart from it"
    )]
    Proxy,
    #[error("the authorities {0}")]
    Authorities(&'static str),
    #[error("the provider reaches this node over https:// only; set `server.hooks_url`")]
    HooksUrl,
    #[error("the client for the provider cannot be made")]
    Client,
}

impl VoiceApiSettings {
    /// Tells what is wrong, before anything is connected.
    pub fn check(&self) -> Result<(), VoiceApiProblem> {
        self.base().ok_or(VoiceApiProblem::BaseUrl)?;
        let is_sid = |text: &str| {
            (1..=64).contains(&text.len())
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if !is_sid(&self.account) {
            return Err(VoiceApiProblem::Account);
        }
        let token = self.auth_token.expose();
        if token.is_empty() || 512 < token.len() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(VoiceApiProblem::AuthToken);
        }
        let digits = self.caller_id.strip_prefix('+').unwrap_or_default();
        if !(6..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(VoiceApiProblem::CallerId);
        }
        if let Some(proxy) = &self.proxy {
            proxy.address().ok_or(VoiceApiProblem::Proxy)?;
        }
        if let Some(pem) = &self.authorities {
            trust::roots_of(pem).map_err(VoiceApiProblem::Authorities)?;
        }
        Ok(())
    }

    /// The address of the service, with a path that ends in no slash.
    pub(super) fn base(&self) -> Option<Url> {
        let url = plain_https(&self.base_url)?;
        Url::parse(url.as_str().trim_end_matches('/')).ok()
    }

    /// What administrators call it.
    pub(super) fn host(&self) -> String {
        let host = self.base().and_then(|url| url.host_str().map(str::to_owned));
        host.unwrap_or_default()
    }
}

impl ProxySettings {
    /// The address with user and password in it.
    pub(super) fn address(&self) -> Option<Url> {
        let mut url = Url::parse(&self.url).ok()?;
        let is_known = matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h");
        let is_bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        if !is_known || !is_bare || url.host_str().is_none_or(str::is_empty) {
            return None;
        }
        if let Some(username) = self.username.as_deref().filter(|name| !name.is_empty()) {
            url.set_username(username).ok()?;
            url.set_password(self.password.as_ref().map(Secret::expose))
                .ok()?;
        }
        Some(url)
    }
}

/// Reads an `https` address with nothing but a host, a port and a path.
pub(super) fn plain_https(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_bare = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    (url.scheme() == "https" && is_bare).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> VoiceApiSettings {
        VoiceApiSettings {
            base_url: "https://api.example.org/voice/".to_owned(),
            account: "AC0123".to_owned(),
            auth_token: Secret::new("12345"),
            caller_id: "+19259249500".to_owned(),
            proxy: None,
            authorities: None,
        }
    }

    fn problem(change: impl FnOnce(&mut VoiceApiSettings)) -> VoiceApiProblem {
        let mut settings = good();
        change(&mut settings);
        settings.check().unwrap_err()
    }

    #[test]
    fn settings_that_cannot_work_say_which_field_is_wrong() {
        assert_eq!(good().check(), Ok(()));
        for url in [
            "",
            "http://api.example.org",
            "https://u:p@api.example.org",
            "https://a.example/?x",
            "ftp://a",
        ] {
            assert_eq!(
                problem(|it| it.base_url = url.to_owned()),
                VoiceApiProblem::BaseUrl,
                "{url}"
            );
        }
        for sid in ["", "AC/../x", "AC 1", "ÄC"] {
            assert_eq!(
                problem(|it| it.account = sid.to_owned()),
                VoiceApiProblem::Account,
                "{sid}"
            );
        }
        for token in ["", "two words"] {
            assert_eq!(
                problem(|it| it.auth_token = Secret::new(token)),
                VoiceApiProblem::AuthToken
            );
        }
        for number in ["", "19259249500", "+1", "+1925924950x", "client:me"] {
            let refused = problem(|it| it.caller_id = number.to_owned());
            assert_eq!(refused, VoiceApiProblem::CallerId, "{number}");
        }
        let refused = problem(|it| it.authorities = Some("none".to_owned()));
        assert!(matches!(refused, VoiceApiProblem::Authorities(_)));
    }

    #[test]
    fn a_proxy_is_one_of_four_kinds_and_its_user_stands_apart() {
        let proxy = |url: &str| ProxySettings {
            url: url.to_owned(),
            username: Some("port cullis".to_owned()),
            password: Some(Secret::new("s/cret")),
        };

        for url in [
            "http://proxy:3128",
            "https://proxy",
            "socks5://10.0.0.1:1080",
            "socks5h://proxy",
        ] {
            let address = proxy(url).address().unwrap_or_else(|| panic!("{url}"));
            assert_eq!(address.username(), "port%20cullis");
        }
        for url in [
            "",
            "proxy:3128",
            "ftp://proxy",
            "http://me:pw@proxy",
            "socks4://proxy",
        ] {
            assert!(proxy(url).address().is_none(), "{url}");
        }
    }

    #[test]
    fn what_stands_before_the_version_may_have_a_path() {
        assert_eq!(good().base().unwrap().as_str(), "https://api.example.org/voice");
        assert_eq!(good().host(), "api.example.org");
    }
}
