use portcullis_crypto::Purpose;
use portcullis_model::{Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::{Tx, keks, key_rotations};

use crate::keys::{count_under, open_rotation};
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Destroys the old key, if nothing needs it any more.
pub struct FinishRotation {
    pub purpose: Purpose,
}

impl Operation for FinishRotation {
    /// The version that is current now.
    type Output = u32;

    const NAME: &'static str = "key.finish_rotation";
    const RIGHT: Right = Right::System(SystemRight::ManageKeys);
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject {
            name: Some(self.purpose.word().to_owned()),
            ..Subject::kind(SubjectKind::Key)
        }
    }
}

impl Write for FinishRotation {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<u32, OpError> {
        let word = self.purpose.word();
        let rotation = open_rotation(tx, self.purpose).await?;
        if rotation.phase != "finish" {
            return Err(OpError::Conflict("This rotation has not been verified yet."));
        }
        let left = count_under(tx, self.purpose, rotation.from).await?;
        if left != 0 {
            return Err(OpError::Conflict(
                "Some values still need the old key, so it was kept.",
            ));
        }
        keks::delete(tx, word, rotation.from).await?;
        key_rotations::finish(tx, rotation.id, services.now()).await?;
        services.vault.reload(tx).await?;
        permit.message(format!(
            "Version {} is destroyed, {} values are under version {}.",
            rotation.from, rotation.moved, rotation.to
        ));
        Ok(rotation.to)
    }
}
