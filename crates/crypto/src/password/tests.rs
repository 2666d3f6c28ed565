use super::*;
use crate::seeded::Seeded;

const PASSWORD: &str = "correct horse battery staple";

#[test]
fn the_right_password_passes_and_near_misses_do_not() {
    let (hasher, pepper, chance) = quick();
    let stored = hasher.hash(1, &pepper, &Secret::new(PASSWORD), &chance);

    assert!(hasher.verify(&stored, |_| Some(pepper.clone()), &Secret::new(PASSWORD)));
    let near = [
        String::new(),
        "wrong".to_owned(),
        format!("{PASSWORD} "),
        format!(" {PASSWORD}"),
        format!("{PASSWORD}\0"),
        format!("{PASSWORD}\n"),
        PASSWORD.to_uppercase(),
        PASSWORD[..PASSWORD.len() - 1].to_owned(),
    ];
    for password in near {
        assert!(!hasher.verify(&stored, |_| Some(pepper.clone()), &Secret::new(password)));
    }
}

#[test]
fn text_after_a_nul_counts() {
    let (hasher, pepper, chance) = quick();
    let stored = hasher.hash(1, &pepper, &Secret::new("one\0two"), &chance);

    assert!(hasher.verify(&stored, |_| Some(pepper.clone()), &Secret::new("one\0two")));
    assert!(!hasher.verify(&stored, |_| Some(pepper.clone()), &Secret::new("one\0three")));
    assert!(!hasher.verify(&stored, |_| Some(pepper.clone()), &Secret::new("one")));
}

#[test]
fn two_spellings_of_the_same_letter_are_two_passwords() {
    let (hasher, pepper, chance) = quick();
    let stored = hasher.hash(1, &pepper, &Secret::new("caf\u{e9}"), &chance);

    assert!(!hasher.verify(&stored, |_| Some(pepper.clone()), &Secret::new("cafe\u{301}")));
}

#[test]
fn a6_a_long_password_counts_to_its_last_character() {
    let (hasher, pepper, chance) = quick();
    let long = "x".repeat(PasswordHasher::LONGEST);
    let stored = hasher.hash(1, &pepper, &Secret::new(long.as_str()), &chance);

    assert!(hasher.verify(&stored, |_| Some(pepper.clone()), &Secret::new(long.as_str())));
    for at in [72, 73, 128, 999] {
        let mut other = long.clone();
        other.replace_range(at..=at, "y");
        assert!(!hasher.verify(&stored, |_| Some(pepper.clone()), &Secret::new(other)));
    }
}

#[test]
fn the_pepper_of_the_stored_version_is_needed() {
    let (hasher, pepper, chance) = quick();
    let other = Key::draw(&chance);
    let password = Secret::new(PASSWORD);
    let stored = hasher.hash(3, &pepper, &password, &chance);

    assert!(stored.starts_with("3:$argon2id$v=19$m=64,t=1,p=1$"));
    assert!(hasher.verify(
        &stored,
        |version| (version == 3).then(|| pepper.clone()),
        &password
    ));
    assert!(!hasher.verify(&stored, |_| Some(other.clone()), &password));
    assert!(!hasher.verify(&stored, |_| None, &password));
}

#[test]
fn the_same_password_is_stored_differently_each_time() {
    let (hasher, pepper, chance) = quick();
    let password = Secret::new(PASSWORD);

    assert_ne!(
        hasher.hash(1, &pepper, &password, &chance),
        hasher.hash(1, &pepper, &password, &chance)
    );
}

#[test]
fn a_hash_of_another_cost_still_verifies() {
    let (hasher, pepper, chance) = quick();
    let password = Secret::new(PASSWORD);
    let stored = PasswordHasher::with_cost(256, 2).hash(1, &pepper, &password, &chance);

    assert!(hasher.verify(&stored, |_| Some(pepper.clone()), &password));
    assert!(hasher.verify(&stored, |_| Some(pepper.clone()), &password));
}

#[test]
fn a_damaged_hash_verifies_nothing() {
    let (hasher, pepper, chance) = quick();
    let password = Secret::new(PASSWORD);
    let stored = hasher.hash(1, &pepper, &password, &chance);

    let mut damaged: Vec<String> = (0..stored.len())
        .map(|length| stored[..length].to_owned())
        .collect();
    damaged.extend([
        stored.replace("m=64", "m=4294967295"),
        stored.replace("m=64", "m=1"),
        stored.replace("t=1", "t=4294967295"),
        stored.replace("p=1", "p=4"),
        stored.replace("argon2id", "argon2i"),
        stored.replace("v=19", "v=16"),
        stored.replace("1:", "x:"),
        format!("{stored}AAAA"),
    ]);

    for text in damaged {
        assert!(
            !hasher.verify(&text, |_| Some(pepper.clone()), &password),
            "{text}"
        );
    }
}

#[test]
fn argon2id_agrees_with_rfc_9106_section_5_3() {
    let data = argon2::AssociatedData::new(&[4; 12]).unwrap();
    let params = argon2::ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .data(data)
        .build()
        .unwrap();
    let argon2 = Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params).unwrap();
    let mut tag = [0; 32];

    argon2.hash_password_into(&[1; 32], &[2; 16], &mut tag).unwrap();

    let expected = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659";
    assert_eq!(data_encoding::HEXLOWER.encode(&tag), expected);
}

#[test]
fn memory_is_used_again_and_the_first_quarter_is_wiped() {
    let (hasher, pepper, chance) = quick();

    for _ in 0..3 {
        hasher.hash(1, &pepper, &Secret::new(PASSWORD), &chance);
        hasher.waste(&pepper, &Secret::new(PASSWORD));
    }

    let spare = hasher.memory.0.lock().unwrap();
    assert_eq!(spare.len(), 1);
    assert_eq!(spare[0].len(), 64);
    assert!(
        spare[0][..16]
            .iter()
            .all(|block| block.as_ref().iter().all(|word| *word == 0))
    );
}

#[test]
fn the_default_cost_is_46_mib() {
    let (_, pepper, chance) = quick();
    let hasher = PasswordHasher::new();
    let stored = hasher.hash(1, &pepper, &Secret::new(PASSWORD), &chance);

    assert!(stored.starts_with("1:$argon2id$v=19$m=47104,t=1,p=1$"));
    assert!(hasher.verify(&stored, |_| Some(pepper.clone()), &Secret::new(PASSWORD)));
}

#[test]
fn a_code_hash_depends_on_the_code_and_the_salt() {
    let hash = slow_hash_code(&[1; 16], b"abcdefghjk");

    assert_eq!(slow_hash_code(&[1; 16], b"abcdefghjk"), hash);
    assert_ne!(slow_hash_code(&[2; 16], b"abcdefghjk"), hash);
    assert_ne!(slow_hash_code(&[1; 16], b"abcdefghjm"), hash);
}

fn quick() -> (PasswordHasher, Key, Seeded) {
    let chance = Seeded::new(1);
    (PasswordHasher::with_cost(64, 1), Key::draw(&chance), chance)
}
