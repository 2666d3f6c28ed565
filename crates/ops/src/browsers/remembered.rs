//! When a remembered browser is the second proof: [decision 12](../../../../docs/decisions/0012-a-remembered-browser.md).

use portcullis_crypto::{equal, sha256};
use portcullis_model::{BrowserId, FactorKind, Remember, Timestamp, UserId, UserState};
use portcullis_store::browsers::{self, Browser};
use portcullis_store::users::User;
use portcullis_store::{Snapshot, Tx, factors};

use crate::mfa_policy::Effective;
use crate::{OpError, Services};

/// That a browser may stand in for the second step of its person, now. Only [`remembered`] can say so.
pub(crate) struct Remembered {
    user: UserId,
    kind: FactorKind,
    since: Timestamp,
    until: Timestamp,
}

impl Remembered {
    pub(crate) fn user(&self) -> UserId {
        self.user
    }

    /// What was proven when it was remembered.
    pub(crate) fn kind(&self) -> FactorKind {
        self.kind
    }

    pub(crate) fn since(&self) -> Timestamp {
        self.since
    }

    pub(crate) fn until(&self) -> Timestamp {
        self.until
    }
}

/// Whether a proof of this kind may be remembered: what is there for an emergency may not.
pub(crate) fn may_be_remembered(effective: &Effective, kind: FactorKind) -> bool {
    effective.remember != Remember::Off
        && effective.blocked.is_none()
        && !effective.must_set_up
        && !matches!(kind, FactorKind::BackupCode | FactorKind::TemporaryPass)
        && effective.usable.contains(&kind)
}

/// What a remembered browser is worth by the policy of now and the state of the person now.
pub(crate) async fn remembered(
    snapshot: &Snapshot,
    browser: &Browser,
    user: &User,
    effective: &Effective,
    now: Timestamp,
) -> Result<Option<Remembered>, OpError> {
    let Some(kept) = &browser.remembered else {
        return Ok(None);
    };
    let until = kept.until.min(kept.at + effective.remember.period());
    let holds = browser.user == user.id
        && user.state == UserState::Active
        && may_be_remembered(effective, kept.factor)
        && kept.at <= now
        && now < until
        && equal(&kept.stamp, &stamp(snapshot, user).await?);
    Ok(holds.then_some(Remembered {
        user: user.id,
        kind: kept.factor,
        since: kept.at,
        until,
    }))
}

/// Remembers a browser for the second step that was just proven there, or no longer.
pub(crate) async fn remember(
    services: &Services,
    tx: &Tx,
    browser: BrowserId,
    user: &User,
    kind: FactorKind,
    period: Remember,
) -> Result<(), OpError> {
    let at = services.now();
    let kept = match period {
        Remember::Off => None,
        _ => Some(browsers::Remembered {
            at,
            until: at + period.period(),
            factor: kind,
            stamp: stamp(tx, user).await?.to_vec(),
        }),
    };
    browsers::set_remembered(tx, browser, kept.as_ref()).await?;
    Ok(())
}

/// What must not have changed since: password, role and state by the epoch, what is set up, and where codes go. A
/// temporary pass comes and goes without a trace here.
async fn stamp(snapshot: &Snapshot, user: &User) -> Result<[u8; 32], OpError> {
    let mut ids: Vec<[u8; 16]> = factors::list(snapshot, user.id)
        .await?
        .iter()
        .filter(|factor| factor.active && factor.kind != FactorKind::TemporaryPass)
        .map(|factor| *factor.id.0.as_bytes())
        .collect();
    ids.sort_unstable();
    let addresses = user.code_addresses().join("\n");
    Ok(sha256(&[
        b"remembered browser",
        &user.epoch.to_be_bytes(),
        &ids.len().to_be_bytes(),
        ids.as_flattened(),
        addresses.as_bytes(),
    ]))
}
