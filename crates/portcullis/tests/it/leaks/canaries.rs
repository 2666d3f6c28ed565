use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};

use data_encoding::{BASE64, HEXLOWER, HEXUPPER};
use portcullis_testkit::server::Server;

/// Secrets that are nowhere else, with what each was used for.
#[derive(Default)]
pub(super) struct Canaries(Vec<(String, String)>);

impl Canaries {
    pub(super) fn of(text: &str) -> Self {
        Self(vec![(text.to_owned(), "known".to_owned())])
    }

    /// A new one of 24 letters and digits.
    pub(super) fn draw(&mut self, what: &str) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let chance = RandomState::new();
        let letter =
            |index: u64| LETTERS[usize::try_from(chance.hash_one(index) % 62).expect("it is below 62")];
        let text: String = (0..24).map(|index| char::from(letter(index))).collect();
        self.add(&text, what);
        text
    }

    pub(super) fn add(&mut self, text: &str, what: &str) {
        assert!(
            12 <= text.len(),
            "`{text}` is too short to be found by chance only"
        );
        self.0.push((text.to_owned(), what.to_owned()));
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Every form that a secret could be found in, with what it was used for and the name of the form.
    pub(super) fn forms(&self) -> HashMap<Vec<u8>, String> {
        let mut forms = HashMap::new();
        for (text, what) in &self.0 {
            let mut add = |bytes: Vec<u8>, form: &str| {
                forms.insert(bytes, format!("{what}, {form}"));
            };
            add(text.clone().into_bytes(), "in clear");
            add(text.encode_utf16().flat_map(u16::to_le_bytes).collect(), "UTF-16");
            add(HEXLOWER.encode(text.as_bytes()).into_bytes(), "hexadecimal");
            add(HEXUPPER.encode(text.as_bytes()).into_bytes(), "hexadecimal");
            for shift in 0..3 {
                add(base64(text.as_bytes(), shift), "base64");
            }
        }
        forms
    }

    /// Texts that must be found, each in one of its places.
    pub(super) fn known(server: &Server, core: Option<&Path>) -> Vec<(Vec<PathBuf>, String)> {
        let stolen = server.installation.folder().join("stolen");
        let database = ["rows", "database", "database-wal"].map(|name| stolen.join(name));
        let database = database.into_iter().filter(|path| path.exists()).collect();
        let mut known = vec![
            (vec![stolen.join("log")], "portcullis::serve".to_owned()),
            (database, "account.reveal_password".to_owned()),
        ];
        let in_memory = server.installation.data().display().to_string();
        known.extend(core.map(|path| (vec![path.to_owned()], in_memory)));
        known
    }
}

/// The part of the base64 of a longer text that is the same whatever stands around, `shift` bytes in.
fn base64(text: &[u8], shift: usize) -> Vec<u8> {
    let padded = [&vec![0; shift][..], text].concat();
    let whole = BASE64.encode(&padded[..padded.len() / 3 * 3]);
    whole.into_bytes().split_off(if shift == 0 { 0 } else { 4 })
}
