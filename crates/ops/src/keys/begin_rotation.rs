use portcullis_crypto::Purpose;
use portcullis_model::{Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::Tx;
use portcullis_store::keks::{self, Kek};
use portcullis_store::key_rotations::{self, KeyRotation};

use crate::keys::rotates;
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Mints a new key and makes it the one to seal with; or finds the rotation that was cut off.
pub struct BeginRotation {
    pub purpose: Purpose,
}

impl Operation for BeginRotation {
    type Output = ();

    const NAME: &'static str = "key.begin_rotation";
    const RIGHT: Right = Right::System(SystemRight::ManageKeys);
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject {
            name: Some(self.purpose.word().to_owned()),
            ..Subject::kind(SubjectKind::Key)
        }
    }
}

impl Write for BeginRotation {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        rotates(self.purpose)?;
        let word = self.purpose.word();
        // First, because it waits for another process that is just beginning.
        let from = keks::current(tx, word).await?.ok_or(OpError::Damaged)?;
        if let Some(open) = key_rotations::open(tx, word).await? {
            permit.message(format!(
                "Goes on from version {} to {}, phase {}.",
                open.from, open.to, open.phase
            ));
            return Ok(());
        }
        let to = from + 1;
        let now = services.now();
        keks::set_state(tx, word, from, "retiring").await?;
        let kek = Kek {
            purpose: word.to_owned(),
            version: to,
            wrapped: services.vault.keyring().mint(self.purpose, to, &*services.chance),
            state: "current".to_owned(),
            created_at: now,
        };
        keks::insert(tx, &kek).await?;
        let rotation = KeyRotation {
            id: services.new_id(),
            purpose: word.to_owned(),
            from,
            to,
            phase: "rewrap".to_owned(),
            resume_after: None,
            moved: 0,
            started_at: now,
        };
        key_rotations::insert(tx, &rotation).await?;
        permit.message(format!("From version {from} to {to}."));
        Ok(())
    }
}
