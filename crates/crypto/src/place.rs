use uuid::Uuid;

use crate::purpose::Purpose;

/// Where a ciphertext belongs. Moved anywhere else, it does not open.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    pub table: &'static str,
    pub column: &'static str,
    pub row: Uuid,
    /// The account, person or product that the row hangs from.
    pub owner: Uuid,
    /// The version of the value, so that an earlier ciphertext of the same row does not open as the latest.
    pub version: u32,
}

impl Place {
    /// The data that authenticates a ciphertext here.
    pub(crate) fn bind(&self, install: Uuid, purpose: Purpose) -> Binding {
        Binding::new(install)
            .with(self.table.as_bytes())
            .with(self.column.as_bytes())
            .with(self.row.as_bytes())
            .with(self.owner.as_bytes())
            .with(&self.version.to_be_bytes())
            .with(purpose.word().as_bytes())
    }
}

/// Additional authenticated data: parts, each behind its length, so that no two lists read the same.
pub(crate) struct Binding(Vec<u8>);

impl Binding {
    pub(crate) fn new(install: Uuid) -> Self {
        // Holds the longest list in one allocation.
        Self(Vec::with_capacity(192)).with(b"v1").with(install.as_bytes())
    }

    /// Appends `part` behind its length, 4 bytes, big-endian. Parts are names and ids, far below 4 GiB.
    pub(crate) fn with(mut self, part: &[u8]) -> Self {
        let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(part);
        self
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_move_from_one_part_to_the_next_change_the_binding() {
        let one = Binding::new(Uuid::nil()).with(b"ab").with(b"c");
        let other = Binding::new(Uuid::nil()).with(b"a").with(b"bc");

        assert_ne!(one.as_bytes(), other.as_bytes());
    }
}
