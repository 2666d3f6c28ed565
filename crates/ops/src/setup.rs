//! Set-up with a single-use code: the first administrator, and everybody who is added later.

mod claim;
mod confirm;
mod inspect;
mod needed;
mod offer;
mod pending;

pub use claim::{Claim, Claimed};
pub(crate) use confirm::add_backup_codes;
pub use confirm::{Confirm, Confirmation};
pub use inspect::{Inspect, Invited};
pub use needed::Needed;
pub use offer::Offer;
pub use pending::{Pending, PendingEnrolment};

use portcullis_crypto::setup_code_digest;
use portcullis_model::{Secret, Timestamp};
use portcullis_store::Snapshot;
use portcullis_store::invitations::{self, Invitation};

use crate::OpError;

/// The invitation of a code that still works.
async fn invitation_of(snapshot: &Snapshot, code: &Secret, now: Timestamp) -> Result<Invitation, OpError> {
    invitations::find(snapshot, &setup_code_digest(code.expose()))
        .await?
        .filter(|invitation| now < invitation.expires_at)
        .ok_or(OpError::NotFound)
}
