//! Many accounts, written past the gate: one transaction each would take an hour.

use anyhow::{Context, Result};
use portcullis_crypto::{KeySlot, Keyring, Place, Purpose, sha256, unwrap_root};
use portcullis_model::{AccountId, Chance, Origin, ResourceDraft, ResourceId, Timestamp, UserId, VersionId};
use portcullis_store::accounts::{self, Account, Words};
use portcullis_store::resources::{self, Resource};
use portcullis_store::versions::{self, Version};
use portcullis_store::{Snapshot, Store, install, keks};
use uuid::Uuid;

/// The keys of a vault, read as the product does.
pub(crate) async fn keyring(snapshot: &Snapshot, slot: &dyn KeySlot) -> Result<Keyring> {
    let install = install::find(snapshot).await?.context("the vault is new")?;
    let slots = install::key_slots(snapshot).await?;
    let root = unwrap_root(&slot.slot_key()?, &slots[0].wrapped_root, install)?;
    let mut keyring = Keyring::new(install, root);
    for kek in keks::all(snapshot).await? {
        keyring.load(kek.purpose.parse()?, kek.version, &kek.wrapped)?;
    }
    Ok(keyring)
}

/// Adds `count` accounts, five to a resource. Their passwords open, but no audit entry vouches for them.
pub(crate) async fn fill(
    store: &Store,
    keyring: &Keyring,
    chance: &dyn Chance,
    owner: UserId,
    count: usize,
    now: Timestamp,
) -> Result<()> {
    let ids: Vec<usize> = (0..count).collect();
    for chunk in ids.chunks(5000) {
        let tx = store.begin_write().await?;
        for resource in chunk.chunks(5) {
            let number = resource[0] / 5;
            let draft = ResourceDraft {
                name: format!("srv-{number:05}"),
                kind: ["Linux", "Windows", "PostgreSQL", "Cisco IOS"][number % 4].to_owned(),
                address: format!("10.{}.{}.{}", number / 65_536, number / 256 % 256, number % 256),
                policy: "Strong".to_owned(),
                ..ResourceDraft::default()
            };
            let id = ResourceId(Uuid::from_u128(u128::from_le_bytes(chance.bytes())));
            let search = format!("{} {} {}", draft.name, draft.address, draft.kind).to_lowercase();
            let words = Words {
                sort: draft.name.clone(),
                search,
            };
            let resource_row = Resource {
                id,
                owner,
                draft,
                created_at: now,
                changed_at: now,
            };
            resources::insert(&tx, &resource_row, &words).await?;
            for place in 0..resource.len() {
                let name = ["root", "oracle", "deploy", "svc-backup", "admin"][place];
                let account = Account {
                    id: AccountId(Uuid::from_u128(u128::from_le_bytes(chance.bytes()))),
                    resource: id,
                    owner,
                    name: name.to_owned(),
                    notes: String::new(),
                    attributes: "[]".to_owned(),
                    version: 1,
                    complies: true,
                    password_changed_at: now,
                    created_at: now,
                    deleted_at: None,
                };
                let own = Words {
                    sort: format!("{}\u{1f}{name}", words.sort),
                    search: format!("{name} {}", words.search),
                };
                accounts::insert(&tx, &account, &own).await?;
                versions::insert(&tx, &version(keyring, chance, &account)?).await?;
            }
        }
        tx.commit().await?;
    }
    Ok(())
}

fn version(keyring: &Keyring, chance: &dyn Chance, account: &Account) -> Result<Version> {
    let id = VersionId(Uuid::from_u128(u128::from_le_bytes(chance.bytes())));
    let place = place(account.id, id, 1);
    let password = keyring.seal(Purpose::Vault, 1, &place, &sha256(&[id.0.as_bytes()]), chance)?;
    Ok(Version {
        id,
        account: account.id,
        number: 1,
        password,
        origin: Origin::Generated,
        violations: String::new(),
        created_at: account.created_at,
        created_by: "bench".to_owned(),
    })
}

pub(crate) fn place(account: AccountId, id: VersionId, number: u32) -> Place {
    Place {
        table: "versions",
        column: "ciphertext",
        row: id.0,
        owner: account.0,
        version: number,
    }
}
