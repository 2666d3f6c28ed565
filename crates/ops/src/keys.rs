//! The keys of the vault: how they stand, and their rotation.
//!
//! A rotation mints a new key, wraps every data key anew in small batches, opens everything once more, and
//! only then destroys the old key. A journal says how far it is, so that a killed rotation goes on.

mod begin_rotation;
mod finish_rotation;
mod rewrap_batch;
mod status;
mod verify_batch;

pub use begin_rotation::BeginRotation;
pub use finish_rotation::FinishRotation;
pub use portcullis_crypto::Purpose;
pub use rewrap_batch::RewrapBatch;
pub use status::{KeyStatus, Status};
pub use verify_batch::VerifyBatch;

use portcullis_model::Caller;
use portcullis_store::key_rotations::{self, KeyRotation};
use portcullis_store::{Snapshot, Tx, factors, sealed, versions};

use crate::{Gate, OpError};

/// How far a rotation is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Progress {
    pub phase: Phase,
    /// How many values this phase has done.
    pub moved: i64,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phase {
    Finish,
    Rewrap,
    Verify,
}

/// Rotates the key of `purpose`, or goes on where an earlier rotation was cut off.
pub async fn rotate(
    gate: &Gate,
    caller: &Caller,
    purpose: Purpose,
    mut report: impl FnMut(&Progress),
) -> Result<u32, OpError> {
    gate.write(caller, BeginRotation { purpose }).await?;
    loop {
        let progress = gate.write(caller, RewrapBatch { purpose }).await?;
        report(&progress);
        if progress.phase != Phase::Rewrap {
            break;
        }
    }
    loop {
        let progress = gate.write(caller, VerifyBatch { purpose }).await?;
        report(&progress);
        if progress.phase != Phase::Verify {
            break;
        }
    }
    gate.write(caller, FinishRotation { purpose }).await
}

/// The rotation at hand.
async fn open_rotation(tx: &Tx, purpose: Purpose) -> Result<KeyRotation, OpError> {
    let finished = OpError::Conflict("Another process has finished the rotation of this key.");
    key_rotations::open(tx, purpose.word()).await?.ok_or(finished)
}

/// How many values need version `version` of a key.
async fn count_under(snapshot: &Snapshot, purpose: Purpose, version: u32) -> Result<i64, OpError> {
    Ok(match purpose {
        Purpose::Connections => sealed::count_under(snapshot, version).await?,
        Purpose::Factors => factors::count_under(snapshot, version).await?,
        Purpose::Vault => versions::count_under(snapshot, version).await?,
        Purpose::AuditMac | Purpose::PasswordPepper => 0,
    })
}

/// What a key seals.
pub(crate) fn rotates(purpose: Purpose) -> Result<(), OpError> {
    match purpose {
        Purpose::Connections | Purpose::Factors | Purpose::Vault => Ok(()),
        Purpose::AuditMac | Purpose::PasswordPepper => Err(OpError::Conflict(
            "This key seals nothing that could be wrapped anew.",
        )),
    }
}
