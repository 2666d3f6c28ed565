//! Asking an administrator for help: for people whose password was right and who cannot prove a second step.
//!
//! ```text
//! ask ─► open ─approve─► (approved_once ─approve─►) granted ─go on─► the pass is asked for like any second step
//!          └► denied, cancelled, expired, closed after too many wrong words
//! ```
//! What comes of it is a temporary pass and never a sign-in with one proof.

mod approve;
mod ask;
mod deny;
mod find;
mod find_mine;
mod go_on;
mod list;

pub use approve::{Approve, Approved};
pub use ask::Ask;
pub use deny::Deny;
pub use find::{Facts, Find, Found};
pub use find_mine::{FindMine, Mine};
pub use go_on::GoOn;
pub use list::{List, Listed, RequestView};

use std::time::Duration;

use portcullis_crypto::token_digest;
use portcullis_model::{Secret, Subject, SubjectKind, Timestamp};
use portcullis_store::logins::{self, Login};
use portcullis_store::recovery_requests::Request;
use portcullis_store::users::User;
use portcullis_store::{Snapshot, Tx, users};
use uuid::Uuid;

use crate::users::above_reach;
use crate::{OpError, Permit, Services};

/// How long a request waits for a decision.
pub const OPEN: Duration = Duration::from_mins(30);
/// How often words may be typed that are not those of the request.
pub const MOST_WRONG: u32 = 3;
/// How many requests a person may make in an hour.
const MOST_ASKED: i64 = 5;

/// States of a request; the database keeps the words.
pub(crate) const WAITING: &str = "open";
pub(crate) const APPROVED_ONCE: &str = "approved_once";
pub(crate) const GRANTED: &str = "granted";
pub(crate) const DENIED: &str = "denied";
pub(crate) const CANCELLED: &str = "cancelled";
pub(crate) const CLOSED: &str = "closed";
pub(crate) const EXPIRED: &str = "expired";

/// The state of a request at `now`.
fn state_at(request: &Request, now: Timestamp) -> &str {
    let open = matches!(request.state.as_str(), WAITING | APPROVED_ONCE);
    if open && request.ends_at <= now {
        EXPIRED
    } else {
        &request.state
    }
}

/// The unfinished sign-in of a token, in one of `states`, whose password was right.
async fn login_in<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    snapshot: &Snapshot,
    token: &Secret,
    states: &[&str],
) -> Result<Login, OpError> {
    let login = logins::find(snapshot, &token_digest(token.expose()))
        .await?
        .filter(|login| states.contains(&login.state.as_str()))
        .filter(|login| services.now() < login.ends_at)
        .ok_or(OpError::Expired)?;
    permit.about(Subject {
        kind: SubjectKind::User,
        id: login.user.map(|user| user.0),
        name: Some(login.username.clone()),
    });
    Ok(login)
}

/// A request that the caller may decide about, with the digest of its words and its person. Both are held.
async fn to_decide<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    tx: &Tx,
    id: Uuid,
) -> Result<(Request, Vec<u8>, User), OpError> {
    use portcullis_store::recovery_requests as rows;

    let asked = rows::find(tx, id).await?.ok_or(OpError::NotFound)?;
    // In the order of `Ask`: the person, then the request.
    users::hold(tx, asked.user).await?;
    let (request, digest) = rows::hold(tx, id).await?.ok_or(OpError::NotFound)?;
    let user = users::find(tx, request.user).await?.ok_or(OpError::NotFound)?;
    permit.named(&user.username);
    if above_reach(permit, user.role) {
        return Err(OpError::Denied);
    }
    if Some(user.id) == permit.caller().user() {
        return Err(OpError::Conflict(
            "Nobody decides about their own request. Ask another administrator.",
        ));
    }
    match state_at(&request, services.now()) {
        WAITING | APPROVED_ONCE => Ok((request, digest, user)),
        EXPIRED => Err(OpError::Conflict(
            "The time of this request is over. The person can ask again.",
        )),
        _ => Err(OpError::Conflict(
            "This request was decided already, or taken back.",
        )),
    }
}
