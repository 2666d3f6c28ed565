use portcullis_crypto::{Key, KeySlot, SlotError};

/// A key slot that holds its key in memory.
#[derive(Clone, Copy, Debug)]
pub struct MemorySlot(pub [u8; 32]);

impl Default for MemorySlot {
    fn default() -> Self {
        Self([0x5a; 32])
    }
}

impl KeySlot for MemorySlot {
    fn kind(&self) -> &'static str {
        "memory"
    }

    fn describe(&self) -> String {
        "the memory of the test".to_owned()
    }

    fn slot_key(&self) -> Result<Key, SlotError> {
        Ok(Key::from_bytes(self.0))
    }
}
