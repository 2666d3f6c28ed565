use std::str::FromStr;

use url::{Host, Url};

/// Where the console is, as browsers spell it: scheme, host and port.
pub(super) struct Origin {
    url: Url,
    text: String,
    host: String,
}

/// Why an address cannot be the origin of security keys.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub enum BadOrigin {
    #[error("{0:?} is not an origin; it must be a scheme, a host and a port only")]
    NotAnOrigin(String),
    /// Browsers offer security keys in secure contexts only.
    #[error("security keys need https, {0:?} has another scheme")]
    NotSecure(String),
    /// A key is bound to a name (`WebAuthn` level 2 §5.1.2).
    #[error("security keys need a host with a name, {0:?} has an address")]
    NoName(String),
}

impl FromStr for Origin {
    type Err = BadOrigin;

    fn from_str(text: &str) -> Result<Self, BadOrigin> {
        let not_an_origin = || BadOrigin::NotAnOrigin(text.to_owned());
        let url = Url::parse(text).map_err(|_| not_an_origin())?;
        let origin = url.origin().ascii_serialization();
        // What is more than an origin, a user or a path, is longer than its own origin.
        if url.as_str().trim_end_matches('/') != origin {
            return Err(not_an_origin());
        }
        let host = match url.host() {
            Some(Host::Domain(host)) => host.to_owned(),
            _ => return Err(BadOrigin::NoName(text.to_owned())),
        };
        let is_local = host == "localhost" || host.ends_with(".localhost");
        if url.scheme() != "https" && !(url.scheme() == "http" && is_local) {
            return Err(BadOrigin::NotSecure(text.to_owned()));
        }
        Ok(Self {
            url,
            text: origin,
            host,
        })
    }
}

impl Origin {
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Tells whether `other` is this origin to the letter.
    pub(super) fn is(&self, other: &str) -> bool {
        self.text == other
    }
}
