use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use portcullis_model::Secret;
use reqwest::Url;
use sha1::Sha1;

/// Tells whether the provider signed this request to `url`: the HMAC-SHA1 of the address and of all parameters in the
/// order of their names, under the auth token, in Base64. The time does not depend on where they differ.
pub(super) fn is_signed(
    auth_token: &Secret,
    url: &Url,
    parameters: &[(String, String)],
    signature: &str,
) -> bool {
    let Ok(signature) = BASE64.decode(signature.as_bytes()) else {
        return false;
    };
    let mut sorted: Vec<&(String, String)> = parameters.iter().collect();
    sorted.sort();
    let [written, other] = spellings(url);
    let is_of = |url: &str| {
        let mut mac = Hmac::<Sha1>::new_from_slice(auth_token.expose().as_bytes())
            .expect("HMAC takes keys of any length");
        mac.update(url.as_bytes());
        for (name, value) in &sorted {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        }
        mac.verify_slice(&signature).is_ok()
    };
    is_of(&written) | is_of(&other)
}

/// An address with its port and without. Providers sign the one or the other, whichever they were given.
fn spellings(url: &Url) -> [String; 2] {
    let mut bare = url.clone();
    let other = match url.port() {
        // The address has a host, so a port can be taken from it.
        Some(_) if bare.set_port(None).is_ok() => bare.to_string(),
        _ => {
            let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
            format!(
                "https://{}:443{}{query}",
                url.host_str().unwrap_or_default(),
                url.path()
            )
        }
    };
    [url.to_string(), other]
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLISHED: &str = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    /// Out of order, as they may come.
    fn example() -> Vec<(String, String)> {
        pairs(&[
            ("To", "+18005551212"),
            ("CallSid", "CA1234567890ABCDE"),
            ("Digits", "1234"),
            ("Caller", "+14158675309"),
            ("From", "+14158675309"),
        ])
    }

    fn verdict(token: &str, url: &str, parameters: &[(String, String)], signature: &str) -> bool {
        is_signed(
            &Secret::new(token),
            &Url::parse(url).unwrap(),
            parameters,
            signature,
        )
    }

    #[test]
    fn the_published_example_has_the_published_signature() {
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";

        assert!(verdict("12345", url, &example(), PUBLISHED));
    }

    #[test]
    fn whatever_differs_is_not_signed() {
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
        let mut more = example();
        more.push(("Digits".to_owned(), "4".to_owned()));
        let mut other = example();
        other[2].1 = "1235".to_owned();

        assert!(!verdict("12346", url, &example(), PUBLISHED));
        assert!(!verdict(
            "12345",
            "https://mycompany.com/myapp.php?foo=1&bar=3",
            &example(),
            PUBLISHED
        ));
        assert!(!verdict("12345", url, &example()[1..], PUBLISHED));
        assert!(!verdict("12345", url, &more, PUBLISHED));
        assert!(!verdict("12345", url, &other, PUBLISHED));
        for signature in [
            "",
            "=",
            "RSOYDt4T1cUTdK1PDd93/VVr8B8",
            "RSOYDt4T1cUTdK1PDd93",
            "rSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ] {
            assert!(!verdict("12345", url, &example(), signature), "{signature}");
        }
    }

    #[test]
    fn the_port_may_be_signed_or_not() {
        let spelled = |url: &str| spellings(&Url::parse(url).unwrap());

        assert_eq!(
            spelled("https://vault.example:7272/x"),
            ["https://vault.example:7272/x", "https://vault.example/x"]
        );
        assert_eq!(
            spelled("https://vault.example/vault.example"),
            [
                "https://vault.example/vault.example",
                "https://vault.example:443/vault.example"
            ]
        );
    }
}
