use std::collections::BTreeMap;

use portcullis_model::{Chance, Sealed};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::digest::hmac_sha256;
use crate::envelope::{self, OpenError};
use crate::keys::Key;
use crate::place::{Binding, Place};
use crate::purpose::Purpose;

/// The unlocked keys of one install: the root key and, under it, the key-encryption keys (KEKs) of each
/// purpose and version. Every value gets its own data-encryption key (DEK), wrapped by a KEK.
pub struct Keyring {
    install: Uuid,
    root: Key,
    keks: BTreeMap<(Purpose, u32), Key>,
}

impl Keyring {
    pub fn new(install: Uuid, root: Key) -> Self {
        Self {
            install,
            root,
            keks: BTreeMap::new(),
        }
    }

    /// Draws a KEK and gives it wrapped under the root key, 80 bytes, to be stored and then
    /// [loaded](Self::load).
    pub fn mint(&self, purpose: Purpose, version: u32, chance: &dyn Chance) -> Vec<u8> {
        let kek = Key::draw(chance);
        let binding = self.bind_kek(purpose, version);
        envelope::wrap(self.root.expose(), kek.expose(), binding.as_bytes(), chance)
    }

    pub fn load(&mut self, purpose: Purpose, version: u32, wrapped: &[u8]) -> Result<(), OpenError> {
        let mut kek = Key::blank();
        let binding = self.bind_kek(purpose, version);
        envelope::unwrap(self.root.expose(), wrapped, binding.as_bytes(), kek.as_mut())?;
        self.keks.insert((purpose, version), kek);
        Ok(())
    }

    /// The loaded versions, oldest first.
    pub fn versions(&self, purpose: Purpose) -> Vec<u32> {
        self.keks
            .range((purpose, 0)..=(purpose, u32::MAX))
            .map(|((_, version), _)| *version)
            .collect()
    }

    pub fn has(&self, purpose: Purpose, version: u32) -> bool {
        self.keks.contains_key(&(purpose, version))
    }

    /// Wipes a KEK from memory. What it seals stays closed until the key is loaded again.
    pub fn forget(&mut self, purpose: Purpose, version: u32) {
        self.keks.remove(&(purpose, version));
    }

    pub fn key(&self, purpose: Purpose, version: u32) -> Result<&Key, OpenError> {
        self.keks
            .get(&(purpose, version))
            .ok_or(OpenError::UnknownKey { purpose, version })
    }

    /// Encrypts `plaintext` for `place` under a fresh DEK, and the DEK under the KEK of `version`.
    ///
    /// The ciphertext is 28 bytes longer than the plaintext (nonce and tag); the wrapped DEK is 80 bytes.
    pub fn seal(
        &self,
        purpose: Purpose,
        version: u32,
        place: &Place,
        plaintext: &[u8],
        chance: &dyn Chance,
    ) -> Result<Sealed, OpenError> {
        let kek = self.key(purpose, version)?;
        let mut dek = Zeroizing::new([0; 32]);
        chance.fill(&mut dek[..]);
        let binding = place.bind(self.install, purpose);
        let ciphertext = envelope::seal(&dek, plaintext, binding.as_bytes(), chance);
        let wrapped_key = envelope::wrap(kek.expose(), &dek, bind_dek(binding, version).as_bytes(), chance);
        Ok(Sealed {
            kek_version: version,
            wrapped_key,
            ciphertext,
        })
    }

    pub fn open(
        &self,
        purpose: Purpose,
        place: &Place,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let mut dek = Zeroizing::new([0; 32]);
        self.unwrap_dek(purpose, place, sealed, &mut dek)?;
        envelope::open(
            &dek,
            &sealed.ciphertext,
            place.bind(self.install, purpose).as_bytes(),
        )
    }

    /// Moves a value under another KEK: the DEK is wrapped anew, the ciphertext stays and is not read.
    pub fn rewrap(
        &self,
        purpose: Purpose,
        to_version: u32,
        place: &Place,
        sealed: &Sealed,
        chance: &dyn Chance,
    ) -> Result<Sealed, OpenError> {
        let kek = self.key(purpose, to_version)?;
        let mut dek = Zeroizing::new([0; 32]);
        self.unwrap_dek(purpose, place, sealed, &mut dek)?;
        let binding = bind_dek(place.bind(self.install, purpose), to_version);
        let wrapped_key = envelope::wrap(kek.expose(), &dek, binding.as_bytes(), chance);
        Ok(Sealed {
            kek_version: to_version,
            wrapped_key,
            ciphertext: sealed.ciphertext.clone(),
        })
    }

    /// HMAC-SHA-256 of the parts one after the other; parts of variable length need a frame.
    pub fn mac(&self, purpose: Purpose, version: u32, parts: &[&[u8]]) -> Result<[u8; 32], OpenError> {
        Ok(hmac_sha256(self.key(purpose, version)?.expose(), parts))
    }

    fn unwrap_dek(
        &self,
        purpose: Purpose,
        place: &Place,
        sealed: &Sealed,
        dek: &mut [u8; 32],
    ) -> Result<(), OpenError> {
        let kek = self.key(purpose, sealed.kek_version)?;
        let binding = bind_dek(place.bind(self.install, purpose), sealed.kek_version);
        envelope::unwrap(kek.expose(), &sealed.wrapped_key, binding.as_bytes(), dek)
    }

    fn bind_kek(&self, purpose: Purpose, version: u32) -> Binding {
        Binding::new(self.install)
            .with(b"keyring")
            .with(purpose.word().as_bytes())
            .with(&version.to_be_bytes())
    }
}

fn bind_dek(place: Binding, kek_version: u32) -> Binding {
    place.with(&kek_version.to_be_bytes())
}

#[cfg(test)]
mod tests;
