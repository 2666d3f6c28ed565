//! How a second factor is set up: begun, shown, and confirmed with its first answer before it counts.

use std::time::Duration;

use portcullis_model::{
    Answer, Asking, Challenge, FactorError, FactorId, FactorKind, Newcomer, Proof, Shown, Username, Verdict,
};
use portcullis_store::calls::Call;
use portcullis_store::factors::{self, Factor};
use portcullis_store::users::{self, User};
use portcullis_store::{Snapshot, Tx, browsers};
use zeroize::Zeroizing;

use crate::calls::{self, Purpose, Wanted};
use crate::factors::{lift, refuse_reported, settings_of};
use crate::mfa_policy;
use crate::settings::{self, PhoneWay};
use crate::{OpError, Permit, Services};

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
    details: &str,
) -> Result<(), OpError> {
    refuse_reported(tx, user.id, kind).await?;
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
    if kind == FactorKind::Phone {
        match settings::phone_way(tx).await? {
            Some(PhoneWay::Trunks) => {}
            Some(PhoneWay::Agent) => {
                return Err(OpError::Conflict(
                    "The phone agent keeps the numbers. Ask whoever runs it to change yours.",
                ));
            }
            None => {
                return Err(OpError::Conflict(
                    "No phone trunk is set, so nobody can be called.",
                ));
            }
        }
    }
    let username: Username = user.username.parse().map_err(|_| OpError::Damaged)?;
    let newcomer = Newcomer {
        id: user.id,
        username: &username,
        own: &own,
        settings: &settings,
        details,
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
    /// The phone call that is to confirm it, if it is confirmed so.
    pub(crate) call: Option<Call>,
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
    let call = match factor.kind {
        FactorKind::Phone => calls::latest(snapshot, factor.id.0, Purpose::Enrolment).await?,
        _ => None,
    };
    Ok(Pending {
        factor,
        enrolment,
        call,
    })
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
        if self.factor.kind == FactorKind::Phone {
            let has_answered = self
                .call
                .as_ref()
                .is_some_and(|call| calls::is_grant(call, self.factor.user, services.now()));
            let verdict = if has_answered {
                Verdict::Accept { enrolment: None }
            } else {
                Verdict::Reject
            };
            return Ok((verdict, None));
        }
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

/// Calls the number that waits to be confirmed.
pub(crate) async fn call<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    tx: &Tx,
    user: &User,
    address: &str,
) -> Result<(), OpError> {
    let pending = pending(services, tx, user).await?;
    let kind = pending.factor.kind;
    refuse_reported(tx, user.id, kind).await?;
    let settings = settings_of(services, tx, kind).await?;
    let asking = Asking {
        enrolments: &[&pending.enrolment],
        settings: &settings,
        at: services.now(),
        chance: &*services.chance,
    };
    let question = services.factor(kind)?.challenge(&asking).await?;
    let request = question.call.ok_or(OpError::Expired)?;
    let wanted = Wanted {
        owner: pending.factor.id.0,
        purpose: Purpose::Enrolment,
        user,
        factor: pending.factor.id,
        address,
        settings: &settings,
    };
    calls::begin(permit, services, tx, &wanted, &request).await
}

/// Lets a confirmed factor count. Answers `false` if another request was first. The caller holds the person.
pub(crate) async fn complete(
    services: &Services,
    tx: &Tx,
    pending: &Pending,
    enrolment: Option<&[u8]>,
    name: &str,
) -> Result<bool, OpError> {
    let factor = &pending.factor;
    // What was begun before the report is no way around it.
    refuse_reported(tx, factor.user, factor.kind).await?;
    if let Some(call) = &pending.call
        && !calls::spend(services, tx, call).await?
    {
        return Ok(false);
    }
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
            if other.active && other.kind.is_own() {
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
