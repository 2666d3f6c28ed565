use portcullis_crypto::{Keyring, Purpose};
use portcullis_model::{Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::key_rotations::{self, KeyRotation};
use portcullis_store::{Tx, factors, sealed, versions};
use uuid::Uuid;

use crate::keys::{Phase, Progress, open_rotation};
use crate::vault::{place_of_factor, place_of_sealed, place_of_version};
use crate::{Audit, OpError, Operation, Permit, Right, Services, Write};

/// Wraps the next few data keys under the new key. Everything else goes on meanwhile.
pub struct RewrapBatch {
    pub purpose: Purpose,
}

const BATCH: u16 = 200;

impl Operation for RewrapBatch {
    type Output = Progress;

    const NAME: &'static str = "key.rewrap_batch";
    const RIGHT: Right = Right::System(SystemRight::ManageKeys);
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject {
            name: Some(self.purpose.word().to_owned()),
            ..Subject::kind(SubjectKind::Key)
        }
    }
}

impl Write for RewrapBatch {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Progress, OpError> {
        let rotation = open_rotation(tx, self.purpose).await?;
        if rotation.phase != "rewrap" {
            return Ok(Progress {
                phase: Phase::Verify,
                moved: rotation.moved,
            });
        }
        let (_, keyring) = services.vault.current(tx, self.purpose).await?;
        let (last, count) = match self.purpose {
            Purpose::Vault => rewrap_versions(services, tx, &keyring, &rotation).await?,
            Purpose::Connections => rewrap_sealed(services, tx, &keyring, &rotation).await?,
            _ => rewrap_factors(services, tx, &keyring, &rotation).await?,
        };
        let moved = rotation.moved + count;
        let (phase, word, resume_after, moved) = match last {
            Some(last) => (Phase::Rewrap, "rewrap", Some(last), moved),
            None => (Phase::Verify, "verify", None, 0),
        };
        if key_rotations::advance(tx, &rotation, word, resume_after, moved).await? != 1 {
            return Err(OpError::Conflict("Another process is rotating this key."));
        }
        Ok(Progress { phase, moved })
    }
}

async fn rewrap_versions(
    services: &Services,
    tx: &Tx,
    keyring: &Keyring,
    rotation: &KeyRotation,
) -> Result<(Option<Uuid>, i64), OpError> {
    let batch = versions::after(tx, rotation.resume_after, BATCH).await?;
    for version in batch
        .iter()
        .filter(|version| version.password.kek_version != rotation.to)
    {
        let place = place_of_version(version.account, version.id, version.number);
        let chance = &*services.chance;
        let sealed = keyring.rewrap(Purpose::Vault, rotation.to, &place, &version.password, chance)?;
        versions::rewrap(tx, version.id, &sealed).await?;
    }
    Ok((batch.last().map(|version| version.id.0), count(batch.len())))
}

async fn rewrap_factors(
    services: &Services,
    tx: &Tx,
    keyring: &Keyring,
    rotation: &KeyRotation,
) -> Result<(Option<Uuid>, i64), OpError> {
    let batch = factors::after(tx, rotation.resume_after, BATCH).await?;
    for factor in batch
        .iter()
        .filter(|factor| factor.enrolment.kek_version != rotation.to)
    {
        let place = place_of_factor(factor.id, factor.user);
        let chance = &*services.chance;
        let sealed = keyring.rewrap(Purpose::Factors, rotation.to, &place, &factor.enrolment, chance)?;
        // One that was used meanwhile was sealed under the new key then.
        factors::rewrap(tx, factor.id, factor.revision, &sealed).await?;
    }
    Ok((batch.last().map(|factor| factor.id.0), count(batch.len())))
}

async fn rewrap_sealed(
    services: &Services,
    tx: &Tx,
    keyring: &Keyring,
    rotation: &KeyRotation,
) -> Result<(Option<Uuid>, i64), OpError> {
    let batch = sealed::after(tx, rotation.resume_after, BATCH).await?;
    for found in batch
        .iter()
        .filter(|found| found.value.kek_version != rotation.to)
    {
        let place = place_of_sealed(found.what.parse().map_err(|_| OpError::Damaged)?, found.id);
        let chance = &*services.chance;
        let value = keyring.rewrap(Purpose::Connections, rotation.to, &place, &found.value, chance)?;
        // One that was changed meanwhile was sealed under the new key then.
        sealed::rewrap(tx, found.id, &found.value.ciphertext, &value).await?;
    }
    Ok((batch.last().map(|found| found.id), count(batch.len())))
}

pub(super) fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
