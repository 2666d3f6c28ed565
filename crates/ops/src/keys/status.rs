use portcullis_model::{Scope, Subject, SubjectKind, SystemRight, Timestamp};
use portcullis_store::{Snapshot, keks, key_rotations};

use crate::keys::count_under;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists the keys, how old they are and how much each one seals.
pub struct Status;

#[derive(Clone, Debug)]
pub struct KeyStatus {
    pub purpose: String,
    pub version: u32,
    pub created_at: Timestamp,
    /// How many values need this key.
    pub values: u64,
    /// `current`, `retiring`, or `retiring, rotation in phase …`.
    pub state: String,
}

impl Operation for Status {
    type Output = Vec<KeyStatus>;

    const NAME: &'static str = "key.status";
    const RIGHT: Right = Right::System(SystemRight::ManageKeys);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Key)
    }
}

impl Read for Status {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<KeyStatus>, OpError> {
        let mut keys = Vec::new();
        for kek in keks::all(snapshot).await? {
            let values = match kek.purpose.parse() {
                Ok(purpose) => count_under(snapshot, purpose, kek.version).await?,
                Err(_) => 0,
            };
            let open = key_rotations::open(snapshot, &kek.purpose).await?;
            let state = match open.filter(|rotation| rotation.from == kek.version) {
                Some(rotation) => format!("{}, rotation in phase {}", kek.state, rotation.phase),
                None => kek.state,
            };
            keys.push(KeyStatus {
                purpose: kek.purpose,
                version: kek.version,
                created_at: kek.created_at,
                values: u64::try_from(values).unwrap_or(0),
                state,
            });
        }
        Ok(keys)
    }
}
