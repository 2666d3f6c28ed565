//! Seals and opens what is secret, and knows the keys.

mod unlock;

use std::str::FromStr;
use std::sync::{Arc, PoisonError, RwLock};

use portcullis_crypto::{Key, Keyring, OpenError, Place, Purpose};
use portcullis_model::{AccountId, FactorId, Sealed, Secret, UnknownWord, UserId, VersionId};
use portcullis_store::factors::{self, Factor};
use portcullis_store::sealed::{self, SealedValue};
use portcullis_store::versions::Version;
use portcullis_store::{Snapshot, Tx, audit, keks};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::services::Services;
use crate::{OpError, Permit};

pub(crate) use unlock::{UnlockError, create_or_unlock};

/// The keys of this installation. Opening a password takes a permit, so no path can skip authorization.
pub(crate) struct Vault {
    install: Uuid,
    root: Key,
    keyring: RwLock<Arc<Keyring>>,
}

impl Vault {
    pub(crate) fn install(&self) -> Uuid {
        self.install
    }

    pub(crate) fn keyring(&self) -> Arc<Keyring> {
        Arc::clone(&self.keyring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the keys again: another process has minted or retired one.
    pub(crate) async fn reload(&self, snapshot: &Snapshot) -> Result<Arc<Keyring>, OpError> {
        let mut keyring = Keyring::new(self.install, self.root.clone());
        for kek in keks::all(snapshot).await? {
            let purpose = kek.purpose.parse().map_err(|_| OpError::Damaged)?;
            keyring.load(purpose, kek.version, &kek.wrapped)?;
        }
        let keyring = Arc::new(keyring);
        *self.keyring.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&keyring);
        Ok(keyring)
    }

    /// The key version to seal with, held until `tx` ends.
    pub(crate) async fn current(&self, tx: &Tx, purpose: Purpose) -> Result<(u32, Arc<Keyring>), OpError> {
        let version = keks::current(tx, purpose.word()).await?.ok_or(OpError::Damaged)?;
        let keyring = self.keyring();
        let keyring = if keyring.has(purpose, version) {
            keyring
        } else {
            self.reload(tx).await?
        };
        Ok((version, keyring))
    }

    /// The newest key of a purpose that is never used to wrap, as known to this process.
    pub(crate) fn newest(&self, purpose: Purpose) -> Result<(u32, Key), OpError> {
        let keyring = self.keyring();
        let version = keyring
            .versions(purpose)
            .into_iter()
            .max()
            .ok_or(OpError::Damaged)?;
        Ok((version, keyring.key(purpose, version)?.clone()))
    }

    /// All peppers, oldest first.
    pub(crate) fn peppers(&self) -> Result<Vec<(u32, Key)>, OpError> {
        let keyring = self.keyring();
        let mut versions = keyring.versions(Purpose::PasswordPepper);
        versions.sort_unstable();
        versions
            .into_iter()
            .map(|version| Ok((version, keyring.key(Purpose::PasswordPepper, version)?.clone())))
            .collect()
    }

    pub(crate) async fn seal_password(
        &self,
        services: &Services,
        tx: &Tx,
        account: AccountId,
        id: VersionId,
        number: u32,
        password: &Secret,
    ) -> Result<Sealed, OpError> {
        let (version, keyring) = self.current(tx, Purpose::Vault).await?;
        let place = place_of_version(account, id, number);
        Ok(keyring.seal(
            Purpose::Vault,
            version,
            &place,
            password.expose().as_bytes(),
            &*services.chance,
        )?)
    }

    /// Opens one password, if the trail knows it as written here.
    ///
    /// The current one must be the newest that was written: an older row put back does not open.
    pub(crate) async fn open_password<O>(
        &self,
        _permit: &Permit<'_, O>,
        snapshot: &Snapshot,
        version: &Version,
        current: u32,
    ) -> Result<Secret, OpError> {
        let digest = portcullis_crypto::sha256(&[&version.password.ciphertext]);
        let known = if version.number == current {
            audit::newest_digest(snapshot, version.account.0)
                .await?
                .is_some_and(|newest| portcullis_crypto::equal(&newest, &digest))
        } else {
            audit::knows_digest(snapshot, version.account.0, &digest).await?
        };
        if !known {
            return Err(OpError::Damaged);
        }
        let place = place_of_version(version.account, version.id, version.number);
        let bytes = self
            .open(snapshot, Purpose::Vault, &place, &version.password)
            .await?;
        text_of(&bytes)
    }

    pub(crate) async fn seal_factor(
        &self,
        services: &Services,
        tx: &Tx,
        id: FactorId,
        user: UserId,
        enrolment: &[u8],
    ) -> Result<Sealed, OpError> {
        let (version, keyring) = self.current(tx, Purpose::Factors).await?;
        let place = place_of_factor(id, user);
        Ok(keyring.seal(Purpose::Factors, version, &place, enrolment, &*services.chance)?)
    }

    /// The factors of a person, if the trail knows them as the newest: an earlier row put back would bring a
    /// spent code back to life.
    pub(crate) async fn current_factors(&self, tx: &Tx, user: UserId) -> Result<Vec<Factor>, OpError> {
        // Another login may spend a code between the two statements; then both are read again.
        for _ in 0..3 {
            let own = factors::list(tx, user).await?;
            let digest = portcullis_crypto::sha256(&[&trace_of(&own)]);
            let newest = audit::newest_digest(tx, user.0).await?;
            if newest.is_some_and(|newest| portcullis_crypto::equal(&newest, &digest)) {
                return Ok(own);
            }
        }
        Err(OpError::Damaged)
    }

    /// Puts the factors of a person on record after a change. The caller holds the person.
    pub(crate) async fn record_factors<O>(
        &self,
        permit: &Permit<'_, O>,
        tx: &Tx,
        user: UserId,
    ) -> Result<(), OpError> {
        permit.wrote(&trace_of(&factors::list(tx, user).await?));
        Ok(())
    }

    /// Opens an enrolment for the engine that judges answers; it never leaves as an output.
    pub(crate) async fn open_factor(
        &self,
        snapshot: &Snapshot,
        factor: &Factor,
    ) -> Result<Zeroizing<Vec<u8>>, OpError> {
        let place = place_of_factor(factor.id, factor.user);
        self.open(snapshot, Purpose::Factors, &place, &factor.enrolment)
            .await
    }

    /// Seals a small value of the row `id`, in place of the one that may be there.
    pub(crate) async fn seal_value(
        &self,
        services: &Services,
        tx: &Tx,
        what: SealedKind,
        id: Uuid,
        bytes: &[u8],
    ) -> Result<(), OpError> {
        let (version, keyring) = self.current(tx, Purpose::Connections).await?;
        let place = place_of_sealed(what, id);
        let value = keyring.seal(Purpose::Connections, version, &place, bytes, &*services.chance)?;
        let what = what.word().to_owned();
        Ok(sealed::put(tx, &SealedValue { id, what, value }).await?)
    }

    /// Opens the small value of the row `id`, if there is one.
    pub(crate) async fn open_value(
        &self,
        snapshot: &Snapshot,
        what: SealedKind,
        id: Uuid,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, OpError> {
        let Some(found) = sealed::find(snapshot, id).await? else {
            return Ok(None);
        };
        let place = place_of_sealed(what, id);
        self.open(snapshot, Purpose::Connections, &place, &found.value)
            .await
            .map(Some)
    }

    async fn open(
        &self,
        snapshot: &Snapshot,
        purpose: Purpose,
        place: &Place,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, OpError> {
        match self.keyring().open(purpose, place, sealed) {
            Err(OpenError::UnknownKey { .. }) => {
                Ok(self.reload(snapshot).await?.open(purpose, place, sealed)?)
            }
            result => Ok(result?),
        }
    }
}

pub(crate) fn place_of_version(account: AccountId, id: VersionId, number: u32) -> Place {
    Place {
        table: "versions",
        column: "ciphertext",
        row: id.0,
        owner: account.0,
        version: number,
    }
}

pub(crate) fn place_of_factor(id: FactorId, user: UserId) -> Place {
    Place {
        table: "factors",
        column: "ciphertext",
        row: id.0,
        owner: user.0,
        version: 0,
    }
}

/// What a small sealed value is. The word is part of what is authenticated, so that none can pass for another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SealedKind {
    Call,
    Challenge,
    Letter,
    Settings,
}

impl SealedKind {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Challenge => "challenge",
            Self::Letter => "letter",
            Self::Settings => "settings",
        }
    }
}

impl FromStr for SealedKind {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        [Self::Call, Self::Challenge, Self::Letter, Self::Settings]
            .into_iter()
            .find(|kind| kind.word() == text)
            .ok_or(UnknownWord)
    }
}

pub(crate) fn place_of_sealed(what: SealedKind, id: Uuid) -> Place {
    Place {
        table: "sealed",
        column: what.word(),
        row: id,
        owner: id,
        version: 0,
    }
}

/// The ciphertexts of the active factors, each behind its id and length.
fn trace_of(factors: &[Factor]) -> Vec<u8> {
    let mut active: Vec<&Factor> = factors.iter().filter(|factor| factor.active).collect();
    active.sort_unstable_by_key(|factor| factor.id);
    let mut trace = Vec::new();
    for factor in active {
        let ciphertext = &factor.enrolment.ciphertext;
        trace.extend_from_slice(factor.id.0.as_bytes());
        trace.extend_from_slice(&u32::try_from(ciphertext.len()).unwrap_or(u32::MAX).to_be_bytes());
        trace.extend_from_slice(ciphertext);
    }
    trace
}

fn text_of(bytes: &[u8]) -> Result<Secret, OpError> {
    std::str::from_utf8(bytes)
        .map(Secret::new)
        .map_err(|_| OpError::Damaged)
}
