//! How a second factor is set up: begun, shown, and confirmed with its first answer before it counts.

use std::time::Duration;

use portcullis_model::{
    Answer, Challenge, FactorError, FactorId, FactorKind, Newcomer, Proof, Shown, Username, Verdict,
};
use portcullis_store::factors::{self, Factor};
use portcullis_store::users::{self, User};
use portcullis_store::{Snapshot, Tx, browsers};
use zeroize::Zeroizing;

use crate::factors::{lift, settings_of};
use crate::mfa_policy;
use crate::{OpError, Services};

/// How long an enrolment can be finished.
pub(crate) const OPEN: Duration = Duration::from_mins(15);

/// How many factors of one kind a person may have.
const MOST: usize = 10;

/// Makes an enrolment that does not count yet, in place of one that was not finished.
pub(crate) async fn begin(
    services: &Services,
    tx: &Tx,
    user: &User,
    kind: FactorKind,
) -> Result<(), OpError> {
    factors::delete_pending(tx, user.id).await?;
    let mut own = Vec::new();
    for factor in services.vault.current_factors(tx, user.id).await? {
        if factor.active && factor.kind == kind {
            own.push(services.vault.open_factor(tx, &factor).await?);
        }
    }
    if MOST <= own.len() {
        return Err(OpError::Conflict("There are ten of this kind. Remove one first."));
    }
    let own: Vec<&[u8]> = own.iter().map(|enrolment| &enrolment[..]).collect();
    let settings = settings_of(services, tx, kind).await?;
    let username: Username = user.username.parse().map_err(|_| OpError::Damaged)?;
    let newcomer = Newcomer {
        id: user.id,
        username: &username,
        own: &own,
        settings: &settings,
        chance: &*services.chance,
    };
    let enrolment = services.factor(kind)?.enrol(&newcomer)?;
    insert(services, tx, user, kind, &enrolment.private, false).await
}

/// Puts a sealed enrolment into a row of its own.
pub(crate) async fn insert(
    services: &Services,
    tx: &Tx,
    user: &User,
    kind: FactorKind,
    private: &[u8],
    active: bool,
) -> Result<(), OpError> {
    let id = FactorId(services.new_id());
    let factor = Factor {
        id,
        user: user.id,
        kind,
        name: kind.label().to_owned(),
        active,
        revision: 0,
        enrolment: services
            .vault
            .seal_factor(services, tx, id, user.id, private)
            .await?,
        created_at: services.now(),
        used_at: None,
    };
    Ok(factors::insert(tx, &factor).await?)
}

/// A factor that waits for its first answer.
pub struct Pending {
    pub(crate) factor: Factor,
    pub(crate) enrolment: Zeroizing<Vec<u8>>,
}

pub(crate) async fn pending(
    services: &Services,
    snapshot: &Snapshot,
    user: &User,
) -> Result<Pending, OpError> {
    let factor = factors::list(snapshot, user.id)
        .await?
        .into_iter()
        .find(|factor| !factor.active)
        .ok_or(OpError::Expired)?;
    let enrolment = services.vault.open_factor(snapshot, &factor).await?;
    Ok(Pending { factor, enrolment })
}

impl Pending {
    /// What the person must see to finish.
    pub(crate) fn shown(&self, services: &Services, username: &str) -> Result<Shown, OpError> {
        let username: Username = username.parse().map_err(|_| OpError::Damaged)?;
        Ok(services
            .factor(self.factor.kind)?
            .show(&username, &self.enrolment)?)
    }

    /// Judges the first answer; if it is wrong, tells by how many seconds the person's clock seems to be off.
    pub(crate) async fn judge(
        &self,
        services: &Services,
        settings: &[u8],
        answer: &Answer,
    ) -> Result<(Verdict, Option<i64>), OpError> {
        let method = services.factor(self.factor.kind)?;
        let proof = Proof {
            enrolment: &self.enrolment,
            challenge: &Challenge::default(),
            settings,
            chance: &*services.chance,
        };
        match method.confirm(&proof, answer).await {
            Ok(verdict @ Verdict::Accept { .. }) => Ok((verdict, None)),
            Ok(_) => Ok((Verdict::Reject, method.clock_offset(&self.enrolment, answer))),
            Err(FactorError::DamagedEnrolment) => Err(OpError::Damaged),
            Err(error) => Err(error.into()),
        }
    }
}

/// Lets a confirmed factor count. Answers `false` if another request was first. The caller holds the person.
pub(crate) async fn complete(
    services: &Services,
    tx: &Tx,
    factor: &Factor,
    enrolment: Option<&[u8]>,
    name: &str,
) -> Result<bool, OpError> {
    if let Some(enrolment) = enrolment {
        let sealed = services
            .vault
            .seal_factor(services, tx, factor.id, factor.user, enrolment)
            .await?;
        if factors::replace(tx, factor.id, factor.revision, &sealed, services.now()).await? != 1 {
            return Ok(false);
        }
    }
    let user = users::find(tx, factor.user).await?.ok_or(OpError::NotFound)?;
    browsers::forget_remembered(tx, user.id).await?;
    if lift(tx, &user, factor.kind).await? {
        // Those that were guessed at do not come back with a new one.
        for other in factors::list(tx, user.id).await? {
            if other.active && other.kind == factor.kind {
                factors::delete(tx, other.id).await?;
            }
        }
    }
    if mfa_policy::site_policy(tx).await?.one_method {
        for other in factors::list(tx, factor.user).await? {
            if other.active && matches!(other.kind, FactorKind::Totp | FactorKind::WebAuthn) {
                factors::delete(tx, other.id).await?;
            }
        }
    }
    Ok(factors::activate(tx, factor.id, name).await? == 1)
}

/// The name that a person gave a device, or that of its kind.
pub(crate) fn name_of(fields: &mut crate::text::Fields, name: &str, kind: FactorKind) -> String {
    let name = fields.line("name", name);
    if name.is_empty() {
        kind.label().to_owned()
    } else {
        name
    }
}
