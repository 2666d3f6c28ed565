use portcullis_model::Secret;
use zeroize::Zeroizing;

use super::digest::md5;

/// The longest password that User-Password can hold, in bytes.
const LONGEST: usize = 128;

/// Whether an answer can be sent. PAP pads with zeros, so the server could not see a zero byte at the end; and some
/// servers take a blank password for none.
pub(super) fn is_sendable(answer: &Secret) -> bool {
    let bytes = answer.expose().as_bytes();
    (1..=LONGEST).contains(&bytes.len()) && !bytes.contains(&0) && !bytes.iter().all(u8::is_ascii_whitespace)
}

/// The value of User-Password: RFC 2865 §5.2.
pub(super) fn hide(password: &Secret, secret: &[u8], authenticator: &[u8; 16]) -> Vec<u8> {
    let password = password.expose().as_bytes();
    let mut hidden = Vec::with_capacity(LONGEST);
    let mut previous = *authenticator;
    for chunk in password.chunks(16) {
        let mut block = Zeroizing::new([0; 16]);
        block[..chunk.len()].copy_from_slice(chunk);
        let mask = Zeroizing::new(md5(&[secret, &previous]));
        for ((cipher, plain), mask) in previous.iter_mut().zip(&block[..]).zip(&mask[..]) {
            *cipher = plain ^ mask;
        }
        hidden.extend_from_slice(&previous);
    }
    hidden
}

/// The value of CHAP-Password: RFC 2865 §5.3.
pub(super) fn answer_chap(password: &Secret, identifier: u8, challenge: &[u8]) -> [u8; 17] {
    let digest = md5(&[&[identifier], password.expose().as_bytes(), challenge]);
    let mut value = [identifier; 17];
    value[1..].copy_from_slice(&digest);
    value
}

#[cfg(test)]
mod tests;
