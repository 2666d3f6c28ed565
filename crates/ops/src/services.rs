use std::sync::Arc;

use portcullis_crypto::PasswordHasher;
use portcullis_model::{Chance, Clock, FactorKind, Mailer, SecondFactor, Telephone, Timestamp};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::OpError;
use crate::hashing::Hashing;
use crate::vault::Vault;

/// What the binary brings: time, chance and the plug-ins.
pub struct Tools {
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    pub factors: Vec<Arc<dyn SecondFactor>>,
    pub hasher: PasswordHasher,
    pub mailer: Arc<dyn Mailer>,
    pub telephone: Arc<dyn Telephone>,
    pub site: Site,
}

/// What this installation is called, and where people find it.
#[derive(Clone, Debug)]
pub struct Site {
    pub name: String,
    /// `https://…`, without a slash at the end.
    pub url: String,
}

/// What an operation may use besides the database.
pub struct Services {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) chance: Arc<dyn Chance>,
    pub(crate) factors: Vec<Arc<dyn SecondFactor>>,
    pub(crate) hashing: Hashing,
    pub(crate) mailer: Arc<dyn Mailer>,
    /// Wakes the job that sends letters.
    pub(crate) posted: Notify,
    pub(crate) telephone: Arc<dyn Telephone>,
    /// Wakes the job that places phone calls.
    pub(crate) rung: Notify,
    pub(crate) site: Site,
    pub(crate) vault: Vault,
}

impl Services {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new id: version 7, so that ids sort by age.
    pub(crate) fn new_id(&self) -> Uuid {
        new_id(&*self.clock, &*self.chance)
    }

    pub(crate) fn factor(&self, kind: FactorKind) -> Result<&Arc<dyn SecondFactor>, OpError> {
        self.factors
            .iter()
            .find(|factor| factor.kind() == kind)
            .ok_or_else(|| OpError::Unavailable(format!("no {kind} factor is installed").into()))
    }
}

pub(crate) fn new_id(clock: &dyn Clock, chance: &dyn Chance) -> Uuid {
    let millis = u64::try_from(clock.now().micros() / 1000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &chance.bytes()).into_uuid()
}
