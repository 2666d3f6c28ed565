use data_encoding::HEXUPPER;
use des::Des;
use des::cipher::{BlockCipherEncrypt, KeyInit};
use md4::Md4;
use portcullis_crypto::equal;
use portcullis_model::{Chance, Secret};
use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

/// RFC 2759 §8.7.
const MAGIC_1: &[u8] = b"Magic server to client signing constant";
const MAGIC_2: &[u8] = b"Pad to make it do more than one iteration";

/// One MS-CHAPv2 proof: what is sent, and what only a server that knows the password can answer.
pub(super) struct MsChap {
    /// The value of MS-CHAP-Challenge.
    pub(super) challenge: [u8; 16],
    /// The value of MS-CHAP2-Response: RFC 2548 §2.3.2.
    pub(super) response: [u8; 50],
    /// The beginning of the right MS-CHAP2-Success: the identifier and `S=` with 40 digits.
    success: [u8; 43],
}

impl MsChap {
    pub(super) fn draw(username: &str, password: &Secret, chance: &dyn Chance) -> Self {
        let [identifier] = chance.bytes();
        Self::new(identifier, username, password, chance.bytes(), chance.bytes())
    }

    fn new(
        identifier: u8,
        username: &str,
        password: &Secret,
        challenge: [u8; 16],
        peer_challenge: [u8; 16],
    ) -> Self {
        let hash = nt_hash(password);
        let hashed = hash_challenges(&peer_challenge, &challenge, username);
        let nt_response = respond(&hash, hashed);

        // The flags and the eight reserved bytes stay zero.
        let mut response = [0; 50];
        response[0] = identifier;
        response[2..18].copy_from_slice(&peer_challenge);
        response[26..].copy_from_slice(&nt_response);

        let mut success = [identifier; 43];
        success[1..3].copy_from_slice(b"S=");
        success[3..].copy_from_slice(&server_proof(&hash, &nt_response, hashed));
        Self {
            challenge,
            response,
            success,
        }
    }

    /// Whether an MS-CHAP2-Success proves that the server knows the password. A text for people may follow.
    pub(super) fn is_proved_by(&self, success: &[u8]) -> bool {
        let Some((own, text)) = success.split_first_chunk::<43>() else {
            return false;
        };
        matches!(text.first(), None | Some(b' ' | 0)) && equal(&self.success, own)
    }
}

/// `NtPasswordHash` of RFC 2759 §8.3: MD4 of UTF-16.
fn nt_hash(password: &Secret) -> Zeroizing<[u8; 16]> {
    let units = password.expose().encode_utf16().flat_map(u16::to_le_bytes);
    let unicode: Zeroizing<Vec<u8>> = Zeroizing::new(units.collect());
    Zeroizing::new(Md4::digest(&unicode[..]).into())
}

/// `ChallengeHash` of RFC 2759 §8.2, which leaves the Windows domain in front of the name out.
fn hash_challenges(peer: &[u8; 16], challenge: &[u8; 16], username: &str) -> [u8; 8] {
    let name = username.split_once('\\').map_or(username, |(_, name)| name);
    let digest = Sha1::new()
        .chain_update(peer)
        .chain_update(challenge)
        .chain_update(name)
        .finalize();
    let mut hashed = [0; 8];
    hashed.copy_from_slice(&digest[..8]);
    hashed
}

/// `ChallengeResponse` of RFC 2759 §8.5: the challenge under each third of the hash, padded to 21 bytes.
fn respond(hash: &[u8; 16], hashed: [u8; 8]) -> [u8; 24] {
    let mut padded = Zeroizing::new([0; 21]);
    padded[..16].copy_from_slice(hash);
    let mut response = [0; 24];
    for (third, part) in padded.chunks_exact(7).zip(response.chunks_exact_mut(8)) {
        let mut block = hashed.into();
        Des::new(&(*spread(third)).into()).encrypt_block(&mut block);
        part.copy_from_slice(&block);
    }
    response
}

/// Spreads 56 bits over the upper seven of eight bytes. DES does not read the parity bit.
fn spread(seven: &[u8]) -> Zeroizing<[u8; 8]> {
    let bits = seven
        .iter()
        .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let mut key = Zeroizing::new([0; 8]);
    for (index, byte) in key.iter_mut().enumerate() {
        *byte = (bits >> (49 - 7 * index)).to_le_bytes()[0] << 1;
    }
    key
}

/// `GenerateAuthenticatorResponse` of RFC 2759 §8.7, without its `S=`.
fn server_proof(hash: &[u8; 16], nt_response: &[u8; 24], hashed: [u8; 8]) -> [u8; 40] {
    let hash_of_hash: Zeroizing<[u8; 16]> = Zeroizing::new(Md4::digest(hash).into());
    let inner = Sha1::new()
        .chain_update(&hash_of_hash[..])
        .chain_update(nt_response)
        .chain_update(MAGIC_1)
        .finalize();
    let outer = Sha1::new()
        .chain_update(inner)
        .chain_update(hashed)
        .chain_update(MAGIC_2)
        .finalize();
    let mut digits = [0; 40];
    HEXUPPER.encode_mut(&outer, &mut digits);
    digits
}

#[cfg(test)]
mod tests;
