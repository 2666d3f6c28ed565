//! Opens the database and the vault.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, bail};
use portcullis_crypto::FileSlot;
use portcullis_ops::Gate;
use portcullis_store::Store;

use crate::config::Config;
use crate::tools::{OsChance, tools};

/// Whether a missing master key may be made.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Start {
    /// A server's first start makes the key and the database.
    MayCreate,
    /// A command works on what is there.
    MustExist,
}

pub(crate) async fn gate(config: &Config, start: Start) -> anyhow::Result<Gate> {
    if config.keeps_key_beside_data() {
        bail!(
            "the master key {} lies in the data folder {}: a copy of one would hold the other. \
             Move the key and set `keys.file`",
            config.master_key.display(),
            config.data.display()
        );
    }
    let slot = FileSlot::new(&config.master_key);
    if start == Start::MustExist && !slot.exists() {
        bail!(
            "there is no master key at {}; start the server first, or set `keys.file`",
            config.master_key.display()
        );
    }
    private_folder(&config.data)?;
    keep_private(config)?;
    let store = Store::open(&config.database).await?;
    if !slot.exists() {
        if Gate::has_vault(&store).await? {
            bail!(
                "the master key {} is missing, and the database cannot be opened without it. \
                 Put it back from where it is kept safe, or set `keys.file`",
                config.master_key.display()
            );
        }
        slot.create(&OsChance).context("the master key cannot be made")?;
    }
    Ok(Gate::open(store, &slot, tools(config)).await?)
}

/// Makes a folder that only its owner may enter.
pub(crate) fn private_folder(path: &Path) -> anyhow::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("the folder {} cannot be made", path.display()))
}

/// Before the database opens: `SQLite` gives the files beside it the mode that it finds.
fn keep_private(config: &Config) -> anyhow::Result<()> {
    let Some(path) = config.database.strip_prefix("sqlite:") else {
        return Ok(());
    };
    let made = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let kept = match made {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600))
        }
        made => made.map(drop),
    };
    kept.with_context(|| format!("{path} cannot be kept to its owner"))
}
