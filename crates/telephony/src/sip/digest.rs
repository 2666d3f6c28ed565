//! Answers to challenges (RFC 7616, RFC 8760): the strongest we know, and one try per nonce.

use portcullis_model::Secret;
use sipx_sip::auth::{Algorithm, Challenge, Credentials, respond};
use sipx_sip::{HeaderName, Response};

use super::settings::TrunkSettings;

/// How often a stale nonce is answered anew before it is a trick.
const STALE: u32 = 3;

/// The answers that a request carries: to a server, to a proxy, or to both.
#[derive(Debug, Default)]
pub(super) struct Authorizations {
    headers: Vec<(HeaderName, String)>,
    stale: u32,
}

/// The challenge cannot be met: a wrong password, or an algorithm that is too weak or unknown.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Unmet;

impl Authorizations {
    /// Adds the answer to the challenges of a 401 or 407.
    pub(super) fn answer(
        &mut self,
        response: &Response,
        settings: &TrunkSettings,
        (method, uri): (&str, &str),
        cnonce: &str,
    ) -> Result<(), Unmet> {
        let is_proxy = response.status.code() == 407;
        let name = if is_proxy {
            HeaderName::ProxyAuthenticate
        } else {
            HeaderName::WwwAuthenticate
        };
        let password = settings.password.as_ref().ok_or(Unmet)?;
        let challenge = response
            .headers
            .get_all(&name)
            .filter_map(|header| Challenge::parse(&header.value(), is_proxy))
            .filter(|challenge| settings.allows_md5 || !is_md5(challenge.algorithm))
            // The first one wins among equals, as the server prefers it.
            .reduce(|best, next| {
                if best.algorithm.strength() < next.algorithm.strength() {
                    next
                } else {
                    best
                }
            })
            .ok_or(Unmet)?;
        let header = challenge.response_header();
        if self.headers.iter().any(|(known, _)| *known == header) {
            self.stale += 1;
            if !challenge.stale || STALE < self.stale {
                return Err(Unmet);
            }
        }
        let answer = respond(
            &challenge,
            &credentials(settings, password),
            method,
            uri,
            1,
            cnonce,
        );
        self.headers.retain(|(known, _)| *known != header);
        self.headers.push((header, answer));
        Ok(())
    }

    pub(super) fn headers(&self) -> &[(HeaderName, String)] {
        &self.headers
    }
}

fn credentials(settings: &TrunkSettings, password: &Secret) -> Credentials {
    let login = settings.login.as_deref().unwrap_or(&settings.user);
    Credentials::new(login, password.expose())
}

fn is_md5(algorithm: Algorithm) -> bool {
    matches!(algorithm, Algorithm::Md5 | Algorithm::Md5Sess)
}

#[cfg(test)]
#[path = "digest/tests.rs"]
mod tests;
