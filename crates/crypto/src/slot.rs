use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

use data_encoding::BASE64;
use portcullis_model::Chance;
use rustix::fs::OFlags;
use zeroize::Zeroizing;

use crate::keys::Key;

const HEADER: &str = "portcullis-key-v1";

/// A place outside the database that holds the key which unlocks the root key.
pub trait KeySlot: Send + Sync {
    /// One word, for the database.
    fn kind(&self) -> &'static str;

    /// Says to people which slot this is; never the key.
    fn describe(&self) -> String;

    fn slot_key(&self) -> Result<Key, SlotError>;
}

/// Why a slot gives no key, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum SlotError {
    #[error("there is already a key file at {path}; use it, or choose another path")]
    Exists { path: PathBuf },
    #[error("{path} is not a key file; restore it from your offline copy")]
    Malformed { path: PathBuf },
    #[error("there is no key file at {path}; correct the path, or restore the file from your offline copy")]
    Missing { path: PathBuf },
    #[error("{path} is not a regular file; give the path of the key file")]
    NotAFile { path: PathBuf },
    #[error("cannot read the key file {path}; the server's user must be able to")]
    Read {
        path: PathBuf,
        #[source]
        error: io::Error,
    },
    #[error("{path} is a symbolic link; give the path of the key file itself")]
    Symlink { path: PathBuf },
    #[error("the key file {path} has mode {mode:04o}, so others can read it; run `chmod 600 {path}`")]
    TooOpen { path: PathBuf, mode: u32 },
    #[error("cannot write the key file {path}; the server's user must be able to write to its folder")]
    Write {
        path: PathBuf,
        #[source]
        error: io::Error,
    },
}

/// A slot that is a file which only the server's user can read.
///
/// The file has two lines: `portcullis-key-v1`, and the 32 bytes of the key in base64.
pub struct FileSlot {
    path: PathBuf,
}

impl FileSlot {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn exists(&self) -> bool {
        self.path.symlink_metadata().is_ok()
    }

    /// Draws a key and writes it, durably, to a new file with mode 0600; missing folders get mode 0700.
    pub fn create(&self, chance: &dyn Chance) -> Result<(), SlotError> {
        let text = spell(&Key::draw(chance));
        self.write(text.as_bytes()).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => SlotError::Exists {
                path: self.path.clone(),
            },
            _ => SlotError::Write {
                path: self.path.clone(),
                error,
            },
        })
    }

    fn write(&self, text: &[u8]) -> io::Result<()> {
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.path)?;
        let written = file.write_all(text).and_then(|()| file.sync_all());
        if written.is_err() {
            // Half a key is no key, and would be in the way of the next attempt.
            let _ = fs::remove_file(&self.path);
            return written;
        }
        File::open(folder)?.sync_all()
    }

    /// Opens the file and checks what was opened, so that nothing can be swapped in between.
    fn open(&self) -> Result<File, SlotError> {
        let path = || self.path.clone();
        // NONBLOCK, or a named pipe would hold up the start of the server.
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(flags)
            .open(&self.path)
            .map_err(|error| match error.kind() {
                ErrorKind::NotFound => SlotError::Missing { path: path() },
                _ if self.path.is_symlink() => SlotError::Symlink { path: path() },
                _ => SlotError::Read { path: path(), error },
            })?;
        let metadata = file
            .metadata()
            .map_err(|error| SlotError::Read { path: path(), error })?;
        if !metadata.is_file() {
            return Err(SlotError::NotAFile { path: path() });
        }
        let mode = metadata.mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(SlotError::TooOpen { path: path(), mode });
        }
        Ok(file)
    }
}

impl KeySlot for FileSlot {
    fn kind(&self) -> &'static str {
        "file"
    }

    fn describe(&self) -> String {
        format!("key file {}", self.path.display())
    }

    fn slot_key(&self) -> Result<Key, SlotError> {
        let file = self.open()?;
        // More room than a key file needs, so that the text never moves and leaves a copy behind.
        let mut text = Zeroizing::new(Vec::with_capacity(256));
        file.take(128)
            .read_to_end(&mut text)
            .map_err(|error| SlotError::Read {
                path: self.path.clone(),
                error,
            })?;
        read(&text).ok_or_else(|| SlotError::Malformed {
            path: self.path.clone(),
        })
    }
}

/// Tells whether a key file lies under the data folder, where a copy of the data would take the key along.
pub fn is_beside(key: &Path, data: &Path) -> bool {
    resolve(key).starts_with(resolve(data))
}

fn spell(key: &Key) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(64));
    text.push_str(HEADER);
    text.push('\n');
    BASE64.encode_append(key.expose(), &mut text);
    text.push('\n');
    text
}

fn read(text: &[u8]) -> Option<Key> {
    let line = text
        .strip_prefix(HEADER.as_bytes())?
        .strip_prefix(b"\n")?
        .strip_suffix(b"\n")?;
    // 44 characters of base64 stand for up to 33 bytes.
    let mut bytes = Zeroizing::new([0; 33]);
    if BASE64.decode_len(line.len()) != Ok(bytes.len()) || BASE64.decode_mut(line, &mut bytes[..]) != Ok(32) {
        return None;
    }
    let mut key = Key::blank();
    key.as_mut().copy_from_slice(&bytes[..32]);
    Some(key)
}

/// The path without links, `.` and `..`, also where parts of it do not exist yet.
fn resolve(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut resolved = PathBuf::new();
    for component in absolute.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                resolved.pop();
            }
            component => {
                resolved.push(component);
                resolved = resolved.canonicalize().unwrap_or(resolved);
            }
        }
    }
    resolved
}

#[cfg(test)]
mod tests;
