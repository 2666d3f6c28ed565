use proptest::prelude::*;

use super::*;
use crate::seeded::Seeded;

const HERE: Place = Place {
    table: "account_version",
    column: "password",
    row: Uuid::from_u128(1),
    owner: Uuid::from_u128(2),
    version: 3,
};

#[test]
fn a_value_opens_where_it_was_sealed_and_nowhere_else() {
    let (keyring, chance) = unlocked();
    let sealed = keyring
        .seal(Purpose::Vault, 1, &HERE, b"secret", &chance)
        .unwrap();

    let elsewhere = [
        Place {
            table: "factor",
            ..HERE
        },
        Place {
            column: "notes",
            ..HERE
        },
        Place {
            row: Uuid::from_u128(9),
            ..HERE
        },
        Place {
            owner: Uuid::from_u128(9),
            ..HERE
        },
        Place { version: 4, ..HERE },
        Place {
            table: "account_versionp",
            column: "assword",
            ..HERE
        },
    ];

    assert_eq!(
        &**keyring.open(Purpose::Vault, &HERE, &sealed).unwrap(),
        b"secret"
    );
    for place in elsewhere {
        assert_eq!(
            keyring.open(Purpose::Vault, &place, &sealed).unwrap_err(),
            OpenError::Damaged
        );
    }
}

#[test]
fn two_ciphertexts_that_change_places_do_not_open() {
    let (keyring, chance) = unlocked();
    let there = Place {
        row: Uuid::from_u128(9),
        ..HERE
    };
    let mine = keyring.seal(Purpose::Vault, 1, &HERE, b"mine", &chance).unwrap();
    let yours = keyring
        .seal(Purpose::Vault, 1, &there, b"yours", &chance)
        .unwrap();
    let crossed = Sealed {
        ciphertext: yours.ciphertext.clone(),
        ..mine.clone()
    };

    assert_eq!(
        keyring.open(Purpose::Vault, &HERE, &yours).unwrap_err(),
        OpenError::Damaged
    );
    assert_eq!(
        keyring.open(Purpose::Vault, &there, &mine).unwrap_err(),
        OpenError::Damaged
    );
    assert_eq!(
        keyring.open(Purpose::Vault, &HERE, &crossed).unwrap_err(),
        OpenError::Damaged
    );
}

#[test]
fn an_older_version_of_a_row_does_not_open_as_the_latest() {
    let (keyring, chance) = unlocked();
    let older = keyring
        .seal(Purpose::Vault, 1, &Place { version: 2, ..HERE }, b"old", &chance)
        .unwrap();

    assert_eq!(
        keyring.open(Purpose::Vault, &HERE, &older).unwrap_err(),
        OpenError::Damaged
    );
}

#[test]
fn a_change_in_any_byte_is_noticed() {
    let (keyring, chance) = unlocked();
    let sealed = keyring
        .seal(Purpose::Vault, 1, &HERE, b"secret", &chance)
        .unwrap();

    for at in 0..sealed.wrapped_key.len() {
        let mut changed = sealed.clone();
        changed.wrapped_key[at] ^= 1;
        assert_eq!(
            keyring.open(Purpose::Vault, &HERE, &changed).unwrap_err(),
            OpenError::Damaged
        );
    }
    for at in 0..sealed.ciphertext.len() {
        let mut changed = sealed.clone();
        changed.ciphertext[at] ^= 1;
        assert_eq!(
            keyring.open(Purpose::Vault, &HERE, &changed).unwrap_err(),
            OpenError::Damaged
        );
    }
}

#[test]
fn a_shortened_or_empty_value_is_an_error() {
    let (keyring, chance) = unlocked();
    let sealed = keyring
        .seal(Purpose::Vault, 1, &HERE, b"secret", &chance)
        .unwrap();

    for length in 0..sealed.wrapped_key.len() {
        let wrapped_key = sealed.wrapped_key[..length].to_vec();
        let cut = Sealed {
            wrapped_key,
            ..sealed.clone()
        };
        assert_eq!(
            keyring.open(Purpose::Vault, &HERE, &cut).unwrap_err(),
            OpenError::Malformed
        );
    }
    for length in 0..sealed.ciphertext.len() {
        let cut = Sealed {
            ciphertext: sealed.ciphertext[..length].to_vec(),
            ..sealed.clone()
        };
        assert!(keyring.open(Purpose::Vault, &HERE, &cut).is_err());
    }
}

#[test]
fn the_keys_of_another_install_or_another_root_do_not_load() {
    let chance = Seeded::new(1);
    let root = Key::draw(&chance);
    let keyring = Keyring::new(Uuid::from_u128(1), root.clone());
    let wrapped = keyring.mint(Purpose::Vault, 1, &chance);

    let mut other_install = Keyring::new(Uuid::from_u128(2), root);
    let mut other_root = Keyring::new(Uuid::from_u128(1), Key::draw(&chance));

    assert_eq!(
        other_install.load(Purpose::Vault, 1, &wrapped),
        Err(OpenError::Damaged)
    );
    assert_eq!(
        other_root.load(Purpose::Vault, 1, &wrapped),
        Err(OpenError::Damaged)
    );
}

#[test]
fn a_value_of_another_install_does_not_open_even_with_the_same_keys() {
    let (keyring, chance) = unlocked();
    let sealed = keyring
        .seal(Purpose::Vault, 1, &HERE, b"secret", &chance)
        .unwrap();

    let mut other = Keyring::new(Uuid::from_u128(2), Key::draw(&chance));
    other.keks = keyring.keks.clone();

    assert_eq!(
        other.open(Purpose::Vault, &HERE, &sealed).unwrap_err(),
        OpenError::Damaged
    );
}

#[test]
fn a_key_loads_for_its_own_purpose_and_version_only() {
    let (mut keyring, chance) = unlocked();
    let wrapped = keyring.mint(Purpose::Vault, 7, &chance);

    assert_eq!(
        keyring.load(Purpose::Factors, 7, &wrapped),
        Err(OpenError::Damaged)
    );
    assert_eq!(keyring.load(Purpose::Vault, 8, &wrapped), Err(OpenError::Damaged));
    assert_eq!(keyring.load(Purpose::Vault, 7, &wrapped), Ok(()));
    assert_eq!(keyring.versions(Purpose::Vault), [1, 2, 7]);
    assert_eq!(keyring.versions(Purpose::PasswordPepper), [0_u32; 0]);
}

#[test]
fn a_value_of_one_purpose_does_not_open_as_another_even_under_the_same_key() {
    let (mut keyring, chance) = unlocked();
    let sealed = keyring
        .seal(Purpose::Vault, 1, &HERE, b"secret", &chance)
        .unwrap();
    let same = keyring.key(Purpose::Vault, 1).unwrap().clone();
    keyring.keks.insert((Purpose::Factors, 1), same);

    assert_eq!(
        keyring.open(Purpose::Factors, &HERE, &sealed).unwrap_err(),
        OpenError::Damaged
    );
}

#[test]
fn rewrapping_changes_the_key_and_keeps_the_ciphertext() {
    let (mut keyring, chance) = unlocked();
    let before = keyring
        .seal(Purpose::Vault, 1, &HERE, b"secret", &chance)
        .unwrap();

    let after = keyring
        .rewrap(Purpose::Vault, 2, &HERE, &before, &chance)
        .unwrap();
    keyring.forget(Purpose::Vault, 1);

    assert_eq!(after.kek_version, 2);
    assert_eq!(after.ciphertext, before.ciphertext);
    assert_ne!(after.wrapped_key, before.wrapped_key);
    assert_eq!(&**keyring.open(Purpose::Vault, &HERE, &after).unwrap(), b"secret");
}

#[test]
fn a_wrapped_key_that_claims_another_version_does_not_open() {
    let (keyring, chance) = unlocked();
    let sealed = keyring
        .seal(Purpose::Vault, 1, &HERE, b"secret", &chance)
        .unwrap();

    let relabelled = Sealed {
        kek_version: 2,
        ..sealed
    };

    assert_eq!(
        keyring.open(Purpose::Vault, &HERE, &relabelled).unwrap_err(),
        OpenError::Damaged
    );
}

#[test]
fn nothing_opens_under_a_forgotten_key() {
    let (mut keyring, chance) = unlocked();
    let sealed = keyring
        .seal(Purpose::Vault, 1, &HERE, b"secret", &chance)
        .unwrap();

    keyring.forget(Purpose::Vault, 1);

    let unknown = OpenError::UnknownKey {
        purpose: Purpose::Vault,
        version: 1,
    };
    assert!(!keyring.has(Purpose::Vault, 1));
    assert_eq!(keyring.open(Purpose::Vault, &HERE, &sealed).unwrap_err(), unknown);
    assert_eq!(
        keyring
            .rewrap(Purpose::Vault, 2, &HERE, &sealed, &chance)
            .unwrap_err(),
        unknown
    );
    assert_eq!(
        keyring.seal(Purpose::Vault, 1, &HERE, b"", &chance).unwrap_err(),
        unknown
    );
    assert_eq!(keyring.mac(Purpose::Vault, 1, &[]).unwrap_err(), unknown);
}

#[test]
fn the_same_value_sealed_ten_thousand_times_never_looks_the_same() {
    let (keyring, chance) = unlocked();

    let mut seen = std::collections::HashSet::new();
    for _ in 0..10_000 {
        let sealed = keyring
            .seal(Purpose::Vault, 1, &HERE, b"secret", &chance)
            .unwrap();
        assert!(seen.insert(sealed.wrapped_key[..32].to_vec()));
        assert!(seen.insert(sealed.ciphertext[..12].to_vec()));
    }
}

#[test]
fn the_keyring_may_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}

    shared::<Keyring>();
}

proptest! {
    #[test]
    fn whatever_is_sealed_opens_again(plaintext: Vec<u8>, seed: u64, row: u128, version: u32) {
        let (keyring, _) = unlocked();
        let place = Place { row: Uuid::from_u128(row), version, ..HERE };

        let sealed = keyring.seal(Purpose::Vault, 2, &place, &plaintext, &Seeded::new(seed)).unwrap();

        prop_assert_eq!(sealed.ciphertext.len(), plaintext.len() + 28);
        prop_assert_eq!(&**keyring.open(Purpose::Vault, &place, &sealed).unwrap(), &plaintext[..]);
    }

    #[test]
    fn garbage_never_opens_and_never_panics(wrapped_key: Vec<u8>, ciphertext: Vec<u8>) {
        let (keyring, _) = unlocked();
        let garbage = Sealed { kek_version: 1, wrapped_key, ciphertext };

        prop_assert!(keyring.open(Purpose::Vault, &HERE, &garbage).is_err());
    }
}

/// A keyring with versions 1 and 2 of the vault key.
fn unlocked() -> (Keyring, Seeded) {
    let chance = Seeded::new(42);
    let mut keyring = Keyring::new(Uuid::from_u128(77), Key::draw(&chance));
    for version in [1, 2] {
        let wrapped = keyring.mint(Purpose::Vault, version, &chance);
        keyring.load(Purpose::Vault, version, &wrapped).unwrap();
    }
    (keyring, chance)
}
