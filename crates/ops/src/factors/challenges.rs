//! Challenges on their way to a person: kept sealed under the login or the session that they belong to.

use std::time::Duration;

use portcullis_model::{Challenge, FactorKind, LoginId};
use portcullis_store::users::User;
use portcullis_store::{Tx, outbox, sealed};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::letters::{self, Circumstances};
use crate::mail::{Occasion, post};
use crate::vault::SealedKind;
use crate::{OpError, Services};

/// How many codes a person is sent within a minute, and within an hour.
const PER_MINUTE: i64 = 3;
const PER_HOUR: i64 = 15;

/// What a login keeps of its challenge.
#[derive(Default, Deserialize, Serialize)]
struct Kept {
    kind: Option<FactorKind>,
    public: String,
    private: Vec<u8>,
}

/// Keeps a challenge in place of the one before.
pub(crate) async fn keep(
    services: &Services,
    tx: &Tx,
    owner: Uuid,
    kind: FactorKind,
    challenge: &Challenge,
) -> Result<(), OpError> {
    let kept = Kept {
        kind: Some(kind),
        public: challenge.public.clone(),
        private: challenge.private.clone(),
    };
    let bytes = serde_json::to_vec(&kept).map_err(|_| OpError::Damaged)?;
    services
        .vault
        .seal_value(services, tx, SealedKind::Challenge, owner, &bytes)
        .await
}

/// The challenge that waits for an answer of this kind; an empty one if there is none.
pub(crate) async fn kept(
    services: &Services,
    tx: &Tx,
    owner: Uuid,
    kind: FactorKind,
) -> Result<Challenge, OpError> {
    let Some(bytes) = services
        .vault
        .open_value(tx, SealedKind::Challenge, owner)
        .await?
    else {
        return Ok(Challenge::default());
    };
    let kept: Kept = serde_json::from_slice(&bytes).map_err(|_| OpError::Damaged)?;
    if kept.kind != Some(kind) {
        return Ok(Challenge::default());
    }
    Ok(Challenge {
        public: kept.public,
        private: kept.private,
        code: None,
        call: None,
    })
}

pub(crate) async fn forget(tx: &Tx, owner: Uuid) -> Result<(), OpError> {
    sealed::delete(tx, owner).await?;
    Ok(())
}

/// How long a person must wait before another code is sent, if they must.
pub(crate) async fn pause(services: &Services, tx: &Tx, user: &User) -> Result<Option<Duration>, OpError> {
    let now = services.now();
    let (minute, hour) = (Duration::from_mins(1), Duration::from_hours(1));
    if PER_MINUTE <= outbox::count(tx, user.id, "code", now - minute).await? {
        return Ok(Some(minute));
    }
    if PER_HOUR <= outbox::count(tx, user.id, "code", now - hour).await? {
        return Ok(Some(Duration::from_mins(10)));
    }
    Ok(None)
}

/// Sends the code of a challenge to the person's addresses.
pub(crate) async fn send_code(
    services: &Services,
    tx: &Tx,
    user: &User,
    login: LoginId,
    circumstances: &Circumstances<'_>,
    challenge: &Challenge,
    useful_for: Duration,
) -> Result<(), OpError> {
    let Some(code) = &challenge.code else {
        return Ok(());
    };
    let to = user.code_addresses().into_iter().map(str::to_owned).collect();
    let minutes = useful_for.as_secs().div_ceil(60);
    let letter = letters::code(circumstances, &user.username, code.clone(), minutes, to);
    post(services, tx, Occasion::Code(login), user.id, &letter, useful_for).await
}
