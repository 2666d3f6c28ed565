use std::fmt;

use portcullis_model::Chance;
use zeroize::{Zeroize, Zeroizing};

/// A 256-bit symmetric key, wiped when dropped.
// On the heap, because moving a value leaves a copy of its bytes on the stack that nobody wipes.
#[derive(Clone)]
pub struct Key(Box<Zeroizing<[u8; 32]>>);

impl Key {
    pub fn draw(chance: &dyn Chance) -> Self {
        let mut key = Self::blank();
        chance.fill(key.as_mut());
        key
    }

    pub fn from_bytes(mut bytes: [u8; 32]) -> Self {
        let mut key = Self::blank();
        key.as_mut().copy_from_slice(&bytes);
        bytes.zeroize();
        key
    }

    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key of zeros, to be filled in place.
    pub(crate) fn blank() -> Self {
        Self(Box::default())
    }

    pub(crate) fn as_mut(&mut self) -> &mut [u8; 32] {
        &mut self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}
