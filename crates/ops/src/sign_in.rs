//! The sign-in machine: user name, password, second proof, session.
//!
//! ```text
//! begin ─► named ─password─► first_passed ─proof─► session
//!                │                   │          └─► second_passed ─something set up─► session
//!                └► blocked ─ask─► recovering ─a pass was given─► first_passed
//! offer ─► offered ─passkey that is both proofs─► session
//! ```
//! One row per login, so any node can take any step; every step is a compare-and-swap on its revision. An
//! attempt is counted, and committed, before the proof is looked at.

mod begin;
pub(crate) mod budget;
mod cancel;
mod challenge;
mod choose_method;
pub(crate) mod denied;
mod find;
mod forgot_password;
mod inspect;
pub(crate) mod limits;
mod more_time;
mod offer_passkey;
pub(crate) mod proof;
mod prove_factor;
mod prove_passkey;
mod prove_password;
mod redeem_reset;
pub(crate) mod set_up;
mod sign_out;
mod time_out;

pub use begin::Begin;
pub use cancel::Cancel;
pub use challenge::{Challenge, Challenged};
pub(crate) use challenge::{unanswered, unanswered_line};
pub use choose_method::ChooseMethod;
pub use find::{Delivery, Find, LoginStep, LoginView};
pub use forgot_password::ForgotPassword;
pub use inspect::{Entrance, Inspect};
pub use more_time::MoreTime;
pub use offer_passkey::{OfferPasskey, PasskeyOffer};
pub use proof::Opened;
pub use prove_factor::{FactorStep, ProveFactor};
pub use prove_passkey::{PasskeyStep, ProvePasskey};
pub use prove_password::{PasswordStep, ProvePassword};
pub use redeem_reset::RedeemReset;
pub use set_up::{BeginSetUp, CallSetUp, ConfirmSetUp, SetUp, SetUpStep, ShowSetUp, SkipSetUp};
pub use sign_out::SignOut;
pub use time_out::TimeOut;

use portcullis_crypto::token_digest;
use portcullis_model::{FactorKind, Secret, SignInEvent, Subject, SubjectKind};
use portcullis_store::Snapshot;
use portcullis_store::logins::{self, Login};

use crate::{OpError, Permit, Remark};

/// States of a login; the database keeps the words.
pub(crate) const NAMED: &str = "named";
pub(crate) const FIRST_PASSED: &str = "first_passed";
pub(crate) const SECOND_PASSED: &str = "second_passed";
pub(crate) const ENROLLING: &str = "enrolling";
/// The password was right, and nothing is left that could be the second proof.
pub(crate) const BLOCKED: &str = "blocked";
/// The password was right, and an administrator was asked for help.
pub(crate) const RECOVERING: &str = "recovering";
/// A passkey was asked for, and nobody has said who they are.
pub(crate) const OFFERED: &str = "offered";
/// The person said on the phone that it is not them. It only waits to tell that.
pub(crate) const REPORTED: &str = "reported";

/// The login of `token` in `state`.
pub(crate) async fn login_of<O>(
    permit: &Permit<'_, O>,
    snapshot: &Snapshot,
    token: &Secret,
    state: &str,
) -> Result<Login, OpError> {
    let login = logins::find(snapshot, &token_digest(token.expose()))
        .await?
        .ok_or(OpError::Expired)?;
    if login.state != state {
        return Err(OpError::Expired);
    }
    permit.at_browser(&login.agent);
    permit.about(Subject {
        kind: SubjectKind::User,
        id: login.user.map(|user| user.0),
        name: Some(login.username.clone()),
    });
    Ok(login)
}

/// Shown when the time for a code is over.
pub const TIMED_OUT: &str = "Correct verification code was not entered before timeout.";
/// Shown for one wrong code.
pub const INCORRECT: &str = "Incorrect verification code.";
/// Shown when no retry is left.
pub const TOO_MANY: &str = "Too many failed attempts with incorrect verification code.";

/// Shown and recorded where the phone call has not said yes.
pub const UNHEARD: &str = "The phone call was not confirmed.";

pub(crate) fn pending_line(method: FactorKind) -> Remark {
    let text = format!(
        "Login pre-authenticated, await verification. MFA method: {}",
        method.label()
    );
    Remark::of_sign_in(SignInEvent::PreAuthenticated, method, text)
}

pub(crate) fn verified_line(method: FactorKind) -> Remark {
    let text = format!("Login verified. MFA method: {}", method.label());
    Remark::of_sign_in(SignInEvent::Verified, method, text)
}

pub(crate) fn error_line(method: FactorKind, error: &str) -> Remark {
    let text = format!("Login error. MFA method: {}, MFA error: {error}", method.label());
    Remark::of_sign_in(SignInEvent::Error, method, text)
}
