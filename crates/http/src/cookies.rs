use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use portcullis_model::Secret;

/// A finished sign-in.
pub(crate) const SESSION: &str = "__Host-portcullis_session";
/// An unfinished one; good for nothing but finishing.
pub(crate) const LOGIN: &str = "__Host-portcullis_login";

/// What people are known by in this browser; it opens nothing without the password.
pub(crate) const BROWSER: &str = "__Host-portcullis_browser";

/// As long as the server knows it.
const BROWSER_SECONDS: u32 = 90 * 24 * 3600;
const LOGIN_SECONDS: u32 = 600;
const RECOVERY_SECONDS: u32 = 5400;
const PASSKEY_SECONDS: u32 = 300;

pub(crate) fn find(headers: &HeaderMap, name: &str) -> Option<Secret> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| Secret::new(value))
}

/// A passkey that this browser was asked for; good for nothing but answering.
pub(crate) const PASSKEY: &str = "__Host-portcullis_passkey";

/// A response on its way out, with its cookies.
pub(crate) trait WithCookies {
    fn begin_login(self, token: &Secret) -> Self;
    /// For a sign-in that waits for an administrator: until the request is over and the pass after it.
    fn keep_login(self, token: &Secret) -> Self;
    fn begin_session(self, session: &Secret, browser: &Secret) -> Self;
    fn offer_passkey(self, token: &Secret) -> Self;
    fn end(self, name: &str) -> Self;
}

impl WithCookies for Response {
    fn begin_login(self, token: &Secret) -> Self {
        set(
            self,
            &format!("{LOGIN}={}; Max-Age={LOGIN_SECONDS}", token.expose()),
        )
    }

    fn keep_login(self, token: &Secret) -> Self {
        set(
            self,
            &format!("{LOGIN}={}; Max-Age={RECOVERY_SECONDS}", token.expose()),
        )
    }

    fn begin_session(self, session: &Secret, browser: &Secret) -> Self {
        let known = format!("{BROWSER}={}; Max-Age={BROWSER_SECONDS}", browser.expose());
        set(set(self, &format!("{SESSION}={}", session.expose())), &known).end(LOGIN)
    }

    fn offer_passkey(self, token: &Secret) -> Self {
        let pair = format!("{PASSKEY}={}; Max-Age={PASSKEY_SECONDS}", token.expose());
        set(self, &pair)
    }

    fn end(self, name: &str) -> Self {
        set(self, &format!("{name}=; Max-Age=0"))
    }
}

fn set(mut response: Response, pair: &str) -> Response {
    let line = format!("{pair}; Path=/; Secure; HttpOnly; SameSite=Lax");
    if let Ok(mut value) = HeaderValue::from_str(&line) {
        value.set_sensitive(true);
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            "a=1; __Host-portcullis_session=tok; b=2".parse().unwrap(),
        );

        assert_eq!(find(&headers, SESSION).unwrap().expose(), "tok");
        assert!(find(&headers, LOGIN).is_none());
    }
}
