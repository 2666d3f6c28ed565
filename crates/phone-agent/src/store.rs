//! The agent's own database: one file of `SQLite`, which the running agent and its commands share.

mod calls;
mod people;
mod prompts;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use portcullis_crypto::{Key, SlotError};
use portcullis_crypto::{KeySlot, Keyring, OpenError, Place, Purpose, unwrap_root, wrap_root};
use portcullis_model::{Chance, Sealed};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use uuid::{Builder, Uuid};
use zeroize::Zeroizing;

pub(crate) use calls::{CallRow, Spent};

/// What is sealed here: connections, people, and the pepper of PINs and digests.
const PURPOSES: [Purpose; 3] = [Purpose::Connections, Purpose::Factors, Purpose::PasswordPepper];
const VERSION: u32 = 1;

/// What makes the tables: each step brings the database of the version before it up to date.
const SCHEMA: [&str; 3] = [
    include_str!("schema.sql"),
    include_str!("schema_costs.sql"),
    include_str!("schema_prompts.sql"),
];

/// How long a command waits for another that writes.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why the store of an agent gives nothing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database of the phone agent cannot be used")]
    Database(#[from] rusqlite::Error),
    #[error("the database of the phone agent was changed, or belongs to another key file")]
    Sealed(#[from] OpenError),
    #[error(transparent)]
    Slot(#[from] SlotError),
    #[error("the file {0} cannot be made")]
    File(String, #[source] std::io::Error),
    #[error("the database of the phone agent holds something that cannot be read")]
    Damaged,
    #[error("the database is of a newer version of the phone agent")]
    Newer,
}

/// An open store with its keys.
pub(crate) struct Store {
    connection: Mutex<Connection>,
    keyring: Keyring,
    install: Uuid,
}

impl Store {
    /// Opens the database at `path`, and makes it if there is none.
    pub(crate) fn open(path: &Path, slot: &dyn KeySlot, chance: &dyn Chance) -> Result<Self, StoreError> {
        // SQLite gives the files beside it the mode that it finds.
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(|error| StoreError::File(path.display().to_string(), error))?;
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        let (install, keyring) = unlock(&mut connection, slot, chance)?;
        Ok(Self {
            connection: Mutex::new(connection),
            keyring,
            install,
        })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `change` in a transaction that nobody else writes in.
    fn write<T>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.connection();
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let changed = change(&tx)?;
        tx.commit()?;
        Ok(changed)
    }

    /// A digest that tells one text from others and not what it says.
    pub(crate) fn digest(&self, of: &str, text: &str) -> Result<[u8; 32], StoreError> {
        Ok(self.keyring.mac(
            Purpose::PasswordPepper,
            VERSION,
            &[of.as_bytes(), b"\0", text.as_bytes()],
        )?)
    }

    /// What goes into the hash of each PIN.
    pub(crate) fn pepper(&self) -> Result<Key, StoreError> {
        Ok(self.keyring.key(Purpose::PasswordPepper, VERSION)?.clone())
    }

    pub(crate) fn setting(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let row = self
            .connection()
            .query_row(
                "SELECT id, wrapped_key, ciphertext FROM settings WHERE name = ?1",
                params![name],
                |row| Ok((row.get(0)?, sealed(row.get(1)?, row.get(2)?))),
            )
            .optional()?;
        row.map(|(id, sealed)| self.open_sealed(Purpose::Connections, "settings", id, &sealed))
            .transpose()
    }

    pub(crate) fn put_setting(
        &self,
        name: &str,
        value: &[u8],
        chance: &dyn Chance,
    ) -> Result<(), StoreError> {
        // A place of its own for every value, so that an earlier one does not open in its stead.
        let id = draw_id(chance);
        let sealed = self.seal(Purpose::Connections, "settings", id, value, chance)?;
        self.write(|tx| {
            tx.execute(
                "INSERT INTO settings (name, id, wrapped_key, ciphertext) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (name) DO UPDATE SET id = ?2, wrapped_key = ?3, ciphertext = ?4",
                params![name, id, sealed.wrapped_key, sealed.ciphertext],
            )?;
            Ok(())
        })
    }

    fn seal(
        &self,
        purpose: Purpose,
        table: &'static str,
        row: Uuid,
        value: &[u8],
        chance: &dyn Chance,
    ) -> Result<Sealed, StoreError> {
        let place = self.place(table, row);
        Ok(self.keyring.seal(purpose, VERSION, &place, value, chance)?)
    }

    fn open_sealed(
        &self,
        purpose: Purpose,
        table: &'static str,
        row: Uuid,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        Ok(self.keyring.open(purpose, &self.place(table, row), sealed)?)
    }

    fn place(&self, table: &'static str, row: Uuid) -> Place {
        Place {
            table,
            column: "ciphertext",
            row,
            owner: self.install,
            version: 1,
        }
    }
}

pub(crate) fn draw_id(chance: &dyn Chance) -> Uuid {
    Builder::from_random_bytes(chance.bytes()).into_uuid()
}

fn sealed(wrapped_key: Vec<u8>, ciphertext: Vec<u8>) -> Sealed {
    Sealed {
        kek_version: VERSION,
        wrapped_key,
        ciphertext,
    }
}

/// Makes or completes the tables, and makes the keys once; later, unlocks the keys.
fn unlock(
    connection: &mut Connection,
    slot: &dyn KeySlot,
    chance: &dyn Chance,
) -> Result<(Uuid, Keyring), StoreError> {
    let slot_key = slot.slot_key()?;
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: u32 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let steps = usize::try_from(found).ok().and_then(|found| SCHEMA.get(found..));
    for step in steps.ok_or(StoreError::Newer)? {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(
        None,
        "user_version",
        i64::try_from(SCHEMA.len()).unwrap_or(i64::MAX),
    )?;
    if found == 0 {
        let (install, root) = (draw_id(chance), Key::draw(chance));
        tx.execute(
            "INSERT INTO install (id, wrapped_root) VALUES (?1, ?2)",
            params![install, wrap_root(&slot_key, &root, install, chance)],
        )?;
        let keyring = Keyring::new(install, root);
        for purpose in PURPOSES {
            tx.execute(
                "INSERT INTO keys (purpose, wrapped) VALUES (?1, ?2)",
                params![purpose.word(), keyring.mint(purpose, VERSION, chance)],
            )?;
        }
    }
    let (install, wrapped): (Uuid, Vec<u8>) =
        tx.query_row("SELECT id, wrapped_root FROM install", params![], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let mut keyring = Keyring::new(install, unwrap_root(&slot_key, &wrapped, install)?);
    for purpose in PURPOSES {
        let wrapped: Vec<u8> = tx.query_row(
            "SELECT wrapped FROM keys WHERE purpose = ?1",
            params![purpose.word()],
            |row| row.get(0),
        )?;
        keyring.load(purpose, VERSION, &wrapped)?;
    }
    tx.commit()?;
    Ok((install, keyring))
}
