use std::sync::{Arc, RwLock};

use portcullis_crypto::{Key, KeySlot, Keyring, OpenError, Purpose, SlotError, unwrap_root, wrap_root};
use portcullis_model::{Chance, Clock};
use portcullis_store::install::{self, KeySlotRow};
use portcullis_store::keks::{self, Kek};
use portcullis_store::{StoreError, Tx};

use crate::services::new_id;
use crate::vault::Vault;

/// Why the vault stays closed.
#[derive(Debug, thiserror::Error)]
pub enum UnlockError {
    #[error("a key in the database is damaged")]
    DamagedKeys(#[source] OpenError),
    #[error("the database has an unknown key purpose: it belongs to a newer build")]
    NewerBuild,
    #[error("the thread of the audit writer cannot be started")]
    NoThread(#[source] std::io::Error),
    #[error("the master key at {0} does not open this database")]
    WrongKey(String),
    #[error(transparent)]
    Slot(#[from] SlotError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Opens the vault; the first time, makes its keys.
pub(crate) async fn create_or_unlock(
    tx: &Tx,
    slot: &dyn KeySlot,
    clock: &dyn Clock,
    chance: &dyn Chance,
) -> Result<Vault, UnlockError> {
    let slot_key = slot.slot_key()?;
    let (install, root) = match install::find(tx).await? {
        Some(install) => {
            let wrapped = install::key_slots(tx).await?;
            let root = wrapped
                .iter()
                .find_map(|row| unwrap_root(&slot_key, &row.wrapped_root, install).ok())
                .ok_or_else(|| UnlockError::WrongKey(slot.describe()))?;
            (install, root)
        }
        None => create(tx, slot, &slot_key, clock, chance).await?,
    };
    let mut keyring = Keyring::new(install, root.clone());
    mint_missing(tx, &keyring, clock, chance).await?;
    for kek in keks::all(tx).await? {
        let purpose = kek.purpose.parse().map_err(|_| UnlockError::NewerBuild)?;
        keyring
            .load(purpose, kek.version, &kek.wrapped)
            .map_err(UnlockError::DamagedKeys)?;
    }
    Ok(Vault {
        install,
        root,
        keyring: RwLock::new(Arc::new(keyring)),
    })
}

async fn create(
    tx: &Tx,
    slot: &dyn KeySlot,
    slot_key: &Key,
    clock: &dyn Clock,
    chance: &dyn Chance,
) -> Result<(uuid::Uuid, Key), UnlockError> {
    let install = new_id(clock, chance);
    let root = Key::draw(chance);
    let now = clock.now();
    install::insert(tx, install, now).await?;
    let row = KeySlotRow {
        kind: slot.kind().to_owned(),
        label: slot.describe(),
        wrapped_root: wrap_root(slot_key, &root, install, chance),
        created_at: now,
    };
    install::insert_key_slot(tx, new_id(clock, chance), &row).await?;
    Ok((install, root))
}

/// Makes the first key of each purpose that has none: all of them at the first start, and later those that a newer
/// build knows.
async fn mint_missing(
    tx: &Tx,
    keyring: &Keyring,
    clock: &dyn Clock,
    chance: &dyn Chance,
) -> Result<(), UnlockError> {
    let known = keks::all(tx).await?;
    for purpose in Purpose::ALL {
        if known.iter().any(|kek| kek.purpose == purpose.word()) {
            continue;
        }
        let kek = Kek {
            purpose: purpose.word().to_owned(),
            version: 1,
            wrapped: keyring.mint(purpose, 1, chance),
            state: "current".to_owned(),
            created_at: clock.now(),
        };
        keks::insert(tx, &kek).await?;
    }
    Ok(())
}
