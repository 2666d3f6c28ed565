use std::sync::Arc;
use std::time::Duration;

use portcullis_crypto::{Key, PasswordHasher};
use portcullis_model::{Chance, Secret};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::OpError;

/// Password hashing, at most as many at once as there are processors: each takes 46 MiB.
pub(crate) struct Hashing {
    hasher: Arc<PasswordHasher>,
    running: Semaphore,
    waiting: Semaphore,
}

/// How many may wait for their turn; the rest is told to come back.
const QUEUE: usize = 64;

impl Hashing {
    pub(crate) fn new(hasher: PasswordHasher) -> Self {
        let processors = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            hasher: Arc::new(hasher),
            running: Semaphore::new(processors),
            waiting: Semaphore::new(processors + QUEUE),
        }
    }

    pub(crate) async fn hash(
        &self,
        pepper: (u32, Key),
        password: Secret,
        chance: Arc<dyn Chance>,
    ) -> Result<String, OpError> {
        self.turn(move |hasher| hasher.hash(pepper.0, &pepper.1, &password, &*chance))
            .await
    }

    /// Checks a password against `stored`; for nobody's password it works as long and says no.
    pub(crate) async fn verify(
        &self,
        stored: Option<String>,
        peppers: Vec<(u32, Key)>,
        password: Secret,
    ) -> Result<bool, OpError> {
        self.turn(move |hasher| {
            let Some(stored) = stored else {
                if let Some((_, pepper)) = peppers.last() {
                    hasher.waste(pepper, &password);
                }
                return false;
            };
            let pepper = |version| {
                peppers
                    .iter()
                    .find(|(known, _)| *known == version)
                    .map(|(_, key)| key.clone())
            };
            hasher.verify(&stored, pepper, &password)
        })
        .await
    }

    async fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&PasswordHasher) -> T + Send + 'static,
    ) -> Result<T, OpError> {
        let busy = OpError::Busy {
            retry_after: Duration::from_secs(3),
        };
        let Ok(_place) = self.waiting.try_acquire() else {
            return Err(busy);
        };
        let _turn: SemaphorePermit<'_> = self.running.acquire().await.map_err(|_| busy)?;
        let hasher = Arc::clone(&self.hasher);
        tokio::task::spawn_blocking(move || work(&hasher))
            .await
            .map_err(|error| OpError::Unavailable(Box::new(error)))
    }
}
