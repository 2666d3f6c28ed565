use std::hint::black_box;
use std::sync::{Mutex, PoisonError};
use std::thread::available_parallelism;

use argon2::{Algorithm, Argon2, Block, Params, PasswordHash, Version};
use data_encoding::BASE64_NOPAD;
use portcullis_model::{Chance, Secret};
use zeroize::Zeroizing;

use crate::digest::equal;
use crate::keys::Key;

/// 46 MiB and one pass: OWASP Password Storage Cheat Sheet, ASVS 5.0 §11.4.2.
const MEMORY_KIB: u32 = 47_104;
const PASSES: u32 = 1;

/// The most work that a stored hash may ask for, so that a damaged row cannot stop the server.
const MOST_MEMORY_KIB: u32 = 262_144;
const MOST_PASSES: u32 = 16;

/// Hashes console passwords with Argon2id (RFC 9106), one lane, and a pepper that the database does not hold.
///
/// A hash takes tens of milliseconds of one core: call it where blocking is allowed, and bound how many run
/// at once. Every byte of a password counts, as typed; nothing is trimmed, folded or cut.
pub struct PasswordHasher {
    params: Params,
    memory: Memory,
}

impl Default for PasswordHasher {
    fn default() -> Self {
        Self::new()
    }
}

impl PasswordHasher {
    /// The longest password that callers should take, in characters.
    pub const LONGEST: usize = 1000;

    pub fn new() -> Self {
        Self::with_cost(MEMORY_KIB, PASSES)
    }

    /// Cheaper hashes, for tests: at least 8 KiB and one pass.
    pub fn with_cost(memory_kib: u32, passes: u32) -> Self {
        Self {
            params: params(memory_kib, passes),
            memory: Memory::default(),
        }
    }

    /// Gives the text to store: the pepper version, a colon and a PHC string.
    pub fn hash(&self, pepper_version: u32, pepper: &Key, password: &Secret, chance: &dyn Chance) -> String {
        let salt = chance.bytes::<16>();
        let digest = self.fresh_digest(pepper, password, &salt);
        format!(
            "{pepper_version}:$argon2id$v=19$m={},t={},p=1${}${}",
            self.params.m_cost(),
            self.params.t_cost(),
            BASE64_NOPAD.encode(&salt),
            BASE64_NOPAD.encode(&digest[..]),
        )
    }

    /// Tells whether `password` is the one that `stored` was made from, at the cost written in `stored`.
    ///
    /// False too if `stored` is damaged or `pepper` does not know its version.
    pub fn verify(&self, stored: &str, pepper: impl Fn(u32) -> Option<Key>, password: &Secret) -> bool {
        let Some(stored) = Stored::parse(stored) else {
            return false;
        };
        let Some(pepper) = pepper(stored.pepper_version) else {
            return false;
        };
        self.digest(stored.params, &pepper, password, &stored.salt)
            .is_ok_and(|digest| equal(&digest[..], &stored.digest))
    }

    /// Does the work of [`verify`](Self::verify) for a person who does not exist, so that time does not tell.
    pub fn waste(&self, pepper: &Key, password: &Secret) {
        black_box(self.fresh_digest(pepper, password, &[0; 16]));
    }

    fn fresh_digest(&self, pepper: &Key, password: &Secret, salt: &[u8; 16]) -> Zeroizing<[u8; 32]> {
        self.digest(self.params.clone(), pepper, password, salt)
            .expect("the salt, pepper, password and digest have lengths that Argon2 takes")
    }

    fn digest(
        &self,
        params: Params,
        pepper: &Key,
        password: &Secret,
        salt: &[u8],
    ) -> Result<Zeroizing<[u8; 32]>, argon2::Error> {
        let mut digest = Zeroizing::new([0; 32]);
        let mut blocks = self.memory.take(params.block_count());
        let argon2 = Argon2::new_with_secret(pepper.expose(), Algorithm::Argon2id, Version::V0x13, params)?;
        let password = password.expose().as_bytes();
        argon2.hash_password_into_with_memory(password, salt, &mut digest[..], &mut blocks[..])?;
        self.memory.put_back(blocks);
        Ok(digest)
    }
}

/// Hashes a drawn code of at least 50 bits with Argon2id, 4 MiB, one pass. One salt may serve a whole set of
/// codes, so that an attempt costs one hash.
pub fn slow_hash_code(salt: &[u8; 16], code: &[u8]) -> [u8; 32] {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params(4096, 1));
    let mut digest = [0; 32];
    hash_into(&argon2, salt, code, &mut digest);
    digest
}

fn hash_into(argon2: &Argon2<'_>, salt: &[u8; 16], code: &[u8], digest: &mut [u8; 32]) {
    argon2
        .hash_password_into(code, salt, digest)
        .expect("the salt and digest have lengths that Argon2 takes");
}

fn params(memory_kib: u32, passes: u32) -> Params {
    Params::new(memory_kib.max(Params::MIN_M_COST), passes.max(1), 1, Some(32))
        .expect("the memory and the passes are at least the least")
}

/// A stored hash, taken apart.
struct Stored {
    pepper_version: u32,
    params: Params,
    salt: Vec<u8>,
    digest: Vec<u8>,
}

impl Stored {
    fn parse(stored: &str) -> Option<Self> {
        let (pepper_version, phc) = stored.split_once(':')?;
        let hash = PasswordHash::new(phc).ok()?;
        let params = Params::try_from(&hash.params).ok()?;
        if hash.algorithm.as_str() != "argon2id" || hash.version != Some(Version::V0x13.into()) {
            return None;
        }
        if MOST_MEMORY_KIB < params.m_cost() || MOST_PASSES < params.t_cost() || params.p_cost() != 1 {
            return None;
        }
        Some(Self {
            pepper_version: pepper_version.parse().ok()?,
            params,
            salt: hash.salt?.to_vec(),
            digest: hash.hash?.as_bytes().to_vec(),
        })
    }
}

/// Blocks of memory that serve one hash after another: to get 46 MiB from the system anew costs 15 to 40 % of
/// the time of a hash.
#[derive(Default)]
struct Memory(Mutex<Vec<Vec<Block>>>);

impl Memory {
    /// Blocks for one hash, at least `count`, with anything in them.
    fn take(&self, count: usize) -> Vec<Block> {
        let mut blocks = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
            .unwrap_or_default();
        if blocks.len() < count {
            blocks = vec![Block::new(); count];
        }
        blocks
    }

    fn put_back(&self, mut blocks: Vec<Block>) {
        // With the pepper, a password could be guessed from block n at the cost of n blocks. Without the first
        // quarter that saves a factor of four at most; to wipe all would add a sixth to the time of a hash.
        let quarter = blocks.len() / 4;
        blocks[..quarter].fill(Block::new());
        let most = available_parallelism().map_or(1, usize::from);
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < most {
            spare.push(blocks);
        }
    }
}

#[cfg(test)]
mod tests;
