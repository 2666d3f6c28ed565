use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf;
use portcullis_model::Chance;
use zeroize::Zeroizing;

use crate::purpose::Purpose;

const NONCE: usize = 12;
const SALT: usize = 32;
const TAG: usize = 16;

/// Why a sealed value cannot be had.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum OpenError {
    /// Changed, moved from another place, put back from earlier, or sealed under another key.
    #[error("the sealed value is not the one that was written here")]
    Damaged,
    #[error("the sealed value has not the length of one")]
    Malformed,
    #[error("version {version} of the `{purpose}` key is not in the keyring")]
    UnknownKey { purpose: Purpose, version: u32 },
}

/// Encrypts `inner` under `outer`; gives salt (32 bytes), ciphertext (32) and tag (16).
// One long-lived key must not encrypt more than 2^32 values under random 96-bit nonces (NIST SP 800-38D
// §8.3). So each wrapping gets its own AES key, derived with a 256-bit random salt, and the nonce may stay
// zero. XAES-256-GCM stretches the nonce in the same way.
pub(crate) fn wrap(outer: &[u8; 32], inner: &[u8; 32], binding: &[u8], chance: &dyn Chance) -> Vec<u8> {
    let mut wrapped = Vec::with_capacity(SALT + 32 + TAG);
    wrapped.extend_from_slice(&chance.bytes::<SALT>());
    let key = one_time_key(outer, &wrapped);
    wrapped.extend_from_slice(inner);
    encrypt_tail(&key, [0; NONCE], binding, wrapped, SALT)
}

/// Decrypts what [`wrap`] made into `inner`, which is zeros after an error.
pub(crate) fn unwrap(
    outer: &[u8; 32],
    wrapped: &[u8],
    binding: &[u8],
    inner: &mut [u8; 32],
) -> Result<(), OpenError> {
    if wrapped.len() != SALT + 32 + TAG {
        return Err(OpenError::Malformed);
    }
    let (salt, rest) = wrapped.split_at(SALT);
    let (ciphertext, tag) = rest.split_at(32);
    decrypt(
        &one_time_key(outer, salt),
        [0; NONCE],
        binding,
        (ciphertext, tag),
        inner,
    )
}

/// Encrypts `plaintext` under `key`, which must be used for nothing else; gives nonce, ciphertext and tag.
pub(crate) fn seal(key: &[u8; 32], plaintext: &[u8], binding: &[u8], chance: &dyn Chance) -> Vec<u8> {
    let nonce = chance.bytes::<NONCE>();
    let mut sealed = Vec::with_capacity(NONCE + plaintext.len() + TAG);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(plaintext);
    encrypt_tail(&gcm(key), nonce, binding, sealed, NONCE)
}

/// Decrypts what [`seal`] made.
pub(crate) fn open(key: &[u8; 32], sealed: &[u8], binding: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE>().ok_or(OpenError::Malformed)?;
    let (ciphertext, tag) = rest.split_last_chunk::<TAG>().ok_or(OpenError::Malformed)?;
    let mut plaintext = Zeroizing::new(vec![0; ciphertext.len()]);
    decrypt(&gcm(key), *nonce, binding, (ciphertext, tag), &mut plaintext)?;
    Ok(plaintext)
}

/// HKDF-SHA-256 (RFC 5869); `out` must be at most 8160 bytes.
fn hkdf_sha256(key: &[u8], salt: &[u8], info: &[u8], out: &mut [u8]) {
    let length = Length(out.len());
    hkdf::Salt::new(hkdf::HKDF_SHA256, salt)
        .extract(key)
        .expand(&[info], length)
        .and_then(|okm| okm.fill(out))
        .expect("the length asked for is the length of the buffer, and short");
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn one_time_key(outer: &[u8; 32], salt: &[u8]) -> LessSafeKey {
    let mut key = Zeroizing::new([0; 32]);
    hkdf_sha256(outer, salt, b"portcullis key wrap v1", &mut key[..]);
    gcm(&key)
}

fn gcm(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("an AES-256 key is 32 bytes"))
}

/// Encrypts `text[from..]` in place and appends the tag.
fn encrypt_tail(
    key: &LessSafeKey,
    nonce: [u8; NONCE],
    binding: &[u8],
    mut text: Vec<u8>,
    from: usize,
) -> Vec<u8> {
    let nonce = Nonce::assume_unique_for_key(nonce);
    let tag = key
        .seal_in_place_separate_tag(nonce, Aad::from(binding), &mut text[from..])
        .expect("AES-GCM encrypts any text below 64 GiB");
    text.extend_from_slice(tag.as_ref());
    text
}

fn decrypt(
    key: &LessSafeKey,
    nonce: [u8; NONCE],
    binding: &[u8],
    (ciphertext, tag): (&[u8], &[u8]),
    plaintext: &mut [u8],
) -> Result<(), OpenError> {
    let nonce = Nonce::assume_unique_for_key(nonce);
    key.open_separate_gather(nonce, Aad::from(binding), ciphertext, tag, plaintext)
        .map_err(|_| OpenError::Damaged)
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;
    use crate::seeded::Seeded;

    #[test]
    fn hkdf_agrees_with_rfc_5869_case_1() {
        let salt = HEXLOWER.decode(b"000102030405060708090a0b0c").unwrap();
        let info = HEXLOWER.decode(b"f0f1f2f3f4f5f6f7f8f9").unwrap();
        let mut okm = [0; 42];

        hkdf_sha256(&[0x0b; 22], &salt, &info, &mut okm);

        let expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
        assert_eq!(HEXLOWER.encode(&okm), expected);
    }

    #[test]
    fn a_wrapped_key_with_any_bit_changed_does_not_open_and_leaves_nothing() {
        let chance = Seeded::new(1);
        let wrapped = wrap(&[7; 32], &[9; 32], b"here", &chance);

        for at in 0..wrapped.len() * 8 {
            let mut changed = wrapped.clone();
            changed[at / 8] ^= 1 << (at % 8);
            let mut inner = [0; 32];
            assert_eq!(
                unwrap(&[7; 32], &changed, b"here", &mut inner),
                Err(OpenError::Damaged)
            );
            assert_eq!(inner, [0; 32]);
        }
    }

    #[test]
    fn the_same_key_wrapped_twice_looks_different() {
        let chance = Seeded::new(1);

        let first = wrap(&[7; 32], &[9; 32], b"here", &chance);
        let second = wrap(&[7; 32], &[9; 32], b"here", &chance);

        assert_ne!(first[..SALT], second[..SALT]);
        assert_ne!(first[SALT..], second[SALT..]);
    }

    #[test]
    fn a_shortened_text_is_refused() {
        let chance = Seeded::new(1);
        let wrapped = wrap(&[7; 32], &[9; 32], b"here", &chance);
        let sealed = seal(&[7; 32], b"secret", b"here", &chance);

        for length in 0..wrapped.len() {
            let mut inner = [0; 32];
            assert_eq!(
                unwrap(&[7; 32], &wrapped[..length], b"here", &mut inner),
                Err(OpenError::Malformed)
            );
        }
        for length in 0..sealed.len() {
            assert!(open(&[7; 32], &sealed[..length], b"here").is_err());
        }
    }
}
