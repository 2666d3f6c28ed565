/// Where to go after sign-in: a path on this site, never another site.
///
/// Browsers read `\` as `/` and drop tabs and line ends, so `/\evil.example` and `/⇥/evil.example` leave the site.
pub(crate) fn safe(next: &str) -> Option<&str> {
    let rest = next.strip_prefix('/')?;
    if rest.starts_with(['/', '\\']) || next.chars().any(char::is_control) {
        return None;
    }
    Some(next)
}

/// Percent-encodes `text` for the value of a query parameter.
pub(crate) fn encode(text: &str) -> String {
    const PLAIN: &[u8] = b"-._~/";
    const HEX: &[u8] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || PLAIN.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let digits = [byte >> 4, byte & 15].map(|digit| char::from(HEX[usize::from(digit)]));
            encoded.extend(['%', digits[0], digits[1]]);
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_on_this_site_is_followed() {
        for safe_path in ["/", "/passwords?q=type%3Alinux", "/accounts/1#access"] {
            assert_eq!(safe(safe_path), Some(safe_path));
        }
        for hostile in [
            "",
            "passwords",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
        ] {
            assert_eq!(safe(hostile), None, "{hostile:?}");
        }
    }

    #[test]
    fn a_path_survives_in_a_query() {
        assert_eq!(encode("/passwords?q=a b&c"), "/passwords%3Fq%3Da%20b%26c");
    }
}
