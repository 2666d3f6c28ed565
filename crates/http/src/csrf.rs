use axum::http::{HeaderMap, Method, Uri, header};

use crate::hooks::is_hook;

/// Tells whether a request may change something: it comes from this site's own pages or from a program.
///
/// A browser always says where a request comes from, by `Sec-Fetch-Site` or by `Origin`. A request that says neither is
/// no page's doing; it passes only to the API, which accepts nothing but bearer tokens, and to the hooks, which believe
/// nothing that is not signed.
pub(crate) fn allows(method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return is_api(uri.path()) || is_hook(uri.path());
    };
    let Some(host) = host(uri, headers) else {
        return false;
    };
    origin
        .to_str()
        .is_ok_and(|origin| origin.eq_ignore_ascii_case(&format!("https://{host}")))
}

pub(crate) fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    match uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => headers.get(header::HOST)?.to_str().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(path: &str, pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert("host", "vault.example:7272".parse().unwrap());
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        allows(&Method::POST, &path.parse().unwrap(), &headers)
    }

    #[test]
    fn only_our_own_pages_and_programs_may_change_anything() {
        assert!(verdict("/users", &[("sec-fetch-site", "same-origin")]));
        assert!(verdict("/users", &[("origin", "https://vault.example:7272")]));
        assert!(verdict("/api/v2/users", &[("authorization", "Bearer x")]));
        assert!(verdict("/hooks/voice/x/status", &[("x-twilio-signature", "x")]));

        for site in ["cross-site", "same-site", "none"] {
            assert!(!verdict(
                "/users",
                &[("sec-fetch-site", site), ("origin", "https://vault.example:7272")]
            ));
        }
        for origin in [
            "https://vault.example",
            "http://vault.example:7272",
            "null",
            "https://evil.example",
        ] {
            assert!(!verdict("/users", &[("origin", origin)]));
            assert!(!verdict("/api/v2/users", &[("origin", origin)]));
            assert!(!verdict("/hooks/voice/x/status", &[("origin", origin)]));
        }
        assert!(!verdict("/users", &[("authorization", "Bearer x")]));
    }

    #[test]
    fn reading_is_always_allowed() {
        let mut headers = HeaderMap::new();
        headers.insert("sec-fetch-site", "cross-site".parse().unwrap());

        assert!(allows(&Method::GET, &"/users".parse().unwrap(), &headers));
    }
}
