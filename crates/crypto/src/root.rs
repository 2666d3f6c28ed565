use portcullis_model::Chance;
use uuid::Uuid;

use crate::envelope::{OpenError, unwrap, wrap};
use crate::keys::Key;
use crate::place::Binding;

/// Encrypts the root key of `install` under the key of one slot; 80 bytes.
pub fn wrap_root(slot_key: &Key, root: &Key, install: Uuid, chance: &dyn Chance) -> Vec<u8> {
    wrap(slot_key.expose(), root.expose(), bind(install).as_bytes(), chance)
}

/// Decrypts what [`wrap_root`] made; [`OpenError::Damaged`] also means another slot's key.
pub fn unwrap_root(slot_key: &Key, wrapped: &[u8], install: Uuid) -> Result<Key, OpenError> {
    let mut root = Key::blank();
    unwrap(
        slot_key.expose(),
        wrapped,
        bind(install).as_bytes(),
        root.as_mut(),
    )?;
    Ok(root)
}

fn bind(install: Uuid) -> Binding {
    Binding::new(install).with(b"root")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded::Seeded;

    #[test]
    fn the_root_key_opens_with_its_slot_on_its_install_only() {
        let chance = Seeded::new(1);
        let (slot, other_slot, root) = (Key::draw(&chance), Key::draw(&chance), Key::draw(&chance));
        let (here, elsewhere) = (Uuid::from_u128(1), Uuid::from_u128(2));

        let wrapped = wrap_root(&slot, &root, here, &chance);

        assert_eq!(
            unwrap_root(&slot, &wrapped, here).unwrap().expose(),
            root.expose()
        );
        assert_eq!(
            unwrap_root(&other_slot, &wrapped, here).unwrap_err(),
            OpenError::Damaged
        );
        assert_eq!(
            unwrap_root(&slot, &wrapped, elsewhere).unwrap_err(),
            OpenError::Damaged
        );
        assert_eq!(unwrap_root(&slot, &[], here).unwrap_err(), OpenError::Malformed);
    }

    #[test]
    fn two_installs_have_no_key_in_common() {
        let (one, other) = (Seeded::new(1), Seeded::new(2));

        assert_ne!(Key::draw(&one).expose(), Key::draw(&other).expose());
    }
}
