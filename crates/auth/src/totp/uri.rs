use std::fmt::Write;

use portcullis_model::{Secret, Username};
use zeroize::Zeroizing;

use super::enrolment::TotpEnrolment;

/// The `otpauth:` address for the QR code, as Google Authenticator's "Key Uri Format" defines it.
pub(super) fn enrolment_uri(issuer: &str, person: &Username, enrolment: &TotpEnrolment) -> Secret {
    let issuer = encode(issuer);
    let uri = Zeroizing::new(format!(
        "otpauth://totp/{issuer}:{person}?secret={secret}&issuer={issuer}&algorithm={algorithm}\
         &digits={digits}&period={period}",
        person = encode(person.as_ref()),
        secret = enrolment.secret.expose(),
        algorithm = enrolment.algorithm.name(),
        digits = enrolment.digits,
        period = enrolment.period,
    ));
    Secret::new(uri.as_str())
}

/// Percent-encodes all but the unreserved characters of RFC 3986 §2.3.
fn encode(text: &str) -> String {
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut encoded, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                // Writing to a string cannot fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
            encoded
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_percent_encoded() {
        assert_eq!(encode("Ops & Co: Zürich"), "Ops%20%26%20Co%3A%20Z%C3%BCrich");
        assert_eq!(encode("d.okafor@example.org"), "d.okafor%40example.org");
    }
}
