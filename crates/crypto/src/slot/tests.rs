use std::os::unix::fs::{PermissionsExt, symlink};

use tempfile::TempDir;

use super::*;
use crate::seeded::Seeded;

#[test]
fn a_created_key_reads_back_and_only_its_owner_may_read_it() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("keys/slot.key");
    let slot = FileSlot::new(&path);

    assert!(!slot.exists());
    slot.create(&Seeded::new(1)).unwrap();

    assert!(slot.exists());
    assert_eq!(
        slot.slot_key().unwrap().expose(),
        Key::draw(&Seeded::new(1)).expose()
    );
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(slot.describe(), format!("key file {}", path.display()));
}

#[test]
fn a_key_file_is_never_overwritten() {
    let (_folder, slot) = created();
    let before = slot.slot_key().unwrap();

    let again = slot.create(&Seeded::new(2));

    assert!(matches!(again, Err(SlotError::Exists { .. })));
    assert_eq!(slot.slot_key().unwrap().expose(), before.expose());
}

#[test]
fn a_key_file_that_others_may_touch_is_refused() {
    let (_folder, slot) = created();

    for bits in [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666, 0o777] {
        fs::set_permissions(&slot.path, fs::Permissions::from_mode(bits)).unwrap();
        assert!(matches!(slot.slot_key(), Err(SlotError::TooOpen { mode, .. }) if mode == bits));
    }
    for bits in [0o400, 0o600] {
        fs::set_permissions(&slot.path, fs::Permissions::from_mode(bits)).unwrap();
        assert!(slot.slot_key().is_ok());
    }
}

#[test]
fn a_link_to_a_key_file_is_refused() {
    let (folder, slot) = created();
    let link = FileSlot::new(folder.path().join("link.key"));
    symlink(&slot.path, &link.path).unwrap();
    let dangling = FileSlot::new(folder.path().join("dangling.key"));
    symlink(folder.path().join("nothing"), &dangling.path).unwrap();

    assert!(matches!(link.slot_key(), Err(SlotError::Symlink { .. })));
    assert!(matches!(dangling.slot_key(), Err(SlotError::Symlink { .. })));
    assert!(matches!(
        dangling.create(&Seeded::new(1)),
        Err(SlotError::Exists { .. })
    ));
}

#[test]
fn what_is_missing_or_no_file_is_refused() {
    let folder = TempDir::new().unwrap();

    let missing = FileSlot::new(folder.path().join("nothing")).slot_key();
    let directory = FileSlot::new(folder.path()).slot_key();

    assert!(matches!(missing, Err(SlotError::Missing { .. })));
    assert!(matches!(directory, Err(SlotError::NotAFile { .. })));
}

#[test]
fn a_file_of_another_form_is_refused() {
    let (_folder, slot) = created();
    let good = fs::read_to_string(&slot.path).unwrap();

    let mut bad: Vec<String> = (0..good.len()).map(|length| good[..length].to_owned()).collect();
    bad.extend([
        good.replace("v1", "v2"),
        good.replace('\n', "\r\n"),
        format!("{good}\n"),
        format!(" {good}"),
        good.repeat(2),
        format!("{HEADER}\n{}\n", BASE64.encode(&[1; 31])),
        format!("{HEADER}\n{}\n", BASE64.encode(&[1; 33])),
        "x".repeat(1000),
    ]);

    for text in bad {
        fs::write(&slot.path, &text).unwrap();
        assert!(
            matches!(slot.slot_key(), Err(SlotError::Malformed { .. })),
            "{text:?}"
        );
    }
}

#[test]
fn an_error_says_where_and_what_to_do() {
    let (_folder, slot) = created();
    fs::set_permissions(&slot.path, fs::Permissions::from_mode(0o644)).unwrap();

    let error = slot.slot_key().unwrap_err();

    let path = slot.path.display();
    let expected =
        format!("the key file {path} has mode 0644, so others can read it; run `chmod 600 {path}`");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_key_under_the_data_folder_is_beside_the_data() {
    let folder = TempDir::new().unwrap();
    let (data, keys) = (folder.path().join("data"), folder.path().join("keys"));
    fs::create_dir_all(data.join("deep")).unwrap();
    fs::create_dir(&keys).unwrap();
    symlink(&data, folder.path().join("way-in")).unwrap();

    for key in [
        "data/k",
        "data/deep/k",
        "data/new/k",
        "keys/../data/k",
        "way-in/k",
        "new/../data/k",
    ] {
        assert!(is_beside(&folder.path().join(key), &data), "{key}");
    }
    for key in ["keys/k", "data-2/k", "data/../k", "data/new/../../k"] {
        assert!(!is_beside(&folder.path().join(key), &data), "{key}");
    }
}

fn created() -> (TempDir, FileSlot) {
    let folder = TempDir::new().unwrap();
    let slot = FileSlot::new(folder.path().join("slot.key"));
    slot.create(&Seeded::new(1)).unwrap();
    (folder, slot)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}
