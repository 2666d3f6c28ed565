//! Keys in INFO requests, as exchanges send them without a standard.

use crate::Key;

/// The key in a body of this type. An unknown type is an error.
pub(super) fn key_of(content_type: Option<&str>, body: &[u8]) -> Result<Option<Key>, Unknown> {
    let Some(content_type) = content_type else {
        return Ok(None);
    };
    let content_type = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let text = std::str::from_utf8(body).unwrap_or_default();
    let signal = match content_type.as_str() {
        "application/dtmf-relay" => text.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            name.trim().eq_ignore_ascii_case("signal").then(|| value.trim())
        }),
        "application/dtmf" => Some(text.trim()),
        _ => return Err(Unknown),
    };
    Ok(signal.and_then(key))
}

#[derive(Debug, Eq, PartialEq)]
pub(super) struct Unknown;

fn key(signal: &str) -> Option<Key> {
    match signal.as_bytes() {
        // Some send the number of the event.
        b"10" => Some(Key::STAR),
        b"11" => Some(Key::POUND),
        [label] => Key::new(*label),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_name_a_key() {
        let relay = Some("application/dtmf-relay");

        assert_eq!(key_of(relay, b"Signal=5\r\nDuration=160\r\n"), Ok(Key::new(b'5')));
        assert_eq!(key_of(relay, b"Duration=160\nsignal = #"), Ok(Some(Key::POUND)));
        assert_eq!(key_of(relay, b"Signal=11"), Ok(Some(Key::POUND)));
        assert_eq!(
            key_of(Some("Application/DTMF; x=y"), b" * \r\n"),
            Ok(Some(Key::STAR))
        );
    }

    #[test]
    fn anything_else_presses_nothing() {
        for body in [
            b"".as_slice(),
            b"Signal=",
            b"Signal=12",
            b"Signal=x",
            b"5",
            b"\xff\xff",
            b"Signal\n#",
        ] {
            assert_eq!(key_of(Some("application/dtmf-relay"), body), Ok(None));
        }
        assert_eq!(key_of(None, b"#"), Ok(None));
        assert_eq!(key_of(Some("text/plain"), b"#"), Err(Unknown));
    }
}
