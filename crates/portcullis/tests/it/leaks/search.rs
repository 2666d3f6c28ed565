use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::canaries::Canaries;

/// A secret where none may be.
pub(super) struct Leak {
    place: PathBuf,
    offset: u64,
    what: String,
    around: String,
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.place.file_name().unwrap_or_default().to_string_lossy();
        write!(f, "{name} at {:#x}: {}: {}", self.offset, self.what, self.around)
    }
}

/// Searches the places for every form of every canary. With `grep`, because a core file is large.
pub(super) fn search(canaries: &Canaries, places: &[PathBuf], scratch: &Path) -> Vec<Leak> {
    let forms = canaries.forms();
    let list = scratch.join("forms");
    let lines: Vec<_> = forms.keys().map(Vec::as_slice).collect();
    fs::write(&list, lines.join(&b'\n')).unwrap();
    places
        .iter()
        .flat_map(|place| search_one(&forms, &list, place))
        .collect()
}

fn search_one(forms: &HashMap<Vec<u8>, String>, list: &Path, place: &Path) -> Vec<Leak> {
    let mut grep = Command::new("grep")
        .args(["-a", "-o", "-b", "-F", "-f"])
        .args([list, place])
        .env("LC_ALL", "C")
        .stdout(Stdio::piped())
        .spawn()
        .expect("grep is part of every Debian");
    let found = BufReader::new(grep.stdout.take().unwrap())
        .split(b'\n')
        .map(Result::unwrap);
    let leaks = found.map(|line| {
        let colon = line
            .iter()
            .position(|byte| *byte == b':')
            .expect("grep tells the offset");
        let offset = String::from_utf8_lossy(&line[..colon])
            .parse()
            .expect("the offset is a number");
        let what = forms.get(&line[colon + 1..]).cloned().unwrap_or_default();
        Leak {
            place: place.to_owned(),
            offset,
            what,
            around: around(place, offset),
        }
    });
    let leaks = leaks.collect();
    let code = grep.wait().unwrap().code();
    assert!(
        matches!(code, Some(0 | 1)),
        "grep could not search {}",
        place.display()
    );
    leaks
}

/// What stands before and after, to see whose memory it is.
fn around(place: &Path, offset: u64) -> String {
    let mut file = fs::File::open(place).unwrap();
    file.seek(SeekFrom::Start(offset.saturating_sub(96))).unwrap();
    let mut bytes = Vec::new();
    file.take(240).read_to_end(&mut bytes).unwrap();
    bytes.escape_ascii().to_string().replace("\\x00", "·")
}
