use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use portcullis_model::{Secret, Timestamp};

use crate::Authenticator;

/// A person with what they need to sign in. Clones share what was spent.
#[derive(Clone, Debug)]
pub struct Person {
    pub username: String,
    pub password: String,
    pub app: Authenticator,
    spent: Arc<Mutex<Spent>>,
}

#[derive(Debug)]
struct Spent {
    /// The last step whose code was used.
    step: i64,
    backup_codes: Vec<String>,
}

impl Person {
    pub(super) fn new(username: &str, password: &str, key: &str) -> Self {
        Self {
            username: username.to_owned(),
            password: password.to_owned(),
            app: Authenticator::new(Secret::new(key)),
            spent: Arc::new(Mutex::new(Spent {
                step: 0,
                backup_codes: Vec::new(),
            })),
        }
    }

    pub(super) fn keep(&self, backup_codes: Vec<String>) {
        self.spent().backup_codes = backup_codes;
    }

    /// A code of the app that was not used yet: of the step before if that is still good for some seconds, so that
    /// the next one can be had at once.
    pub fn fresh_code(&self) -> Option<String> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("it is after 1970");
        let seconds = i64::try_from(now.as_secs()).expect("it is before the year 292 billion");
        let (step, into) = (seconds / Authenticator::STEP, seconds % Authenticator::STEP);
        let mut spent = self.spent();
        let late = 25 < into;
        let chosen = [step - 1, step]
            .into_iter()
            .skip(usize::from(late))
            .find(|step| spent.step < *step)?;
        spent.step = chosen;
        let code = self
            .app
            .code(Timestamp::from_micros(seconds * 1_000_000), chosen - step);
        Some(code.expose().to_owned())
    }

    /// What the app shows now, and what it showed and will show half a minute away.
    pub fn codes_around_now(&self) -> [String; 3] {
        let since_1970 = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("it is after 1970");
        let now = i64::try_from(since_1970.as_micros()).expect("it is before the year 292 billion");
        [-1, 0, 1].map(|step| {
            let code = self.app.code(Timestamp::from_micros(now), step);
            code.expose().to_owned()
        })
    }

    /// The next code of the app; waits for it, like a person, if the one that it shows was used.
    pub async fn next_code(&self) -> String {
        loop {
            if let Some(code) = self.fresh_code() {
                return code;
            }
            let now = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .expect("it is after 1970");
            let step = u64::try_from(Authenticator::STEP).expect("a step is positive");
            tokio::time::sleep(Duration::from_secs(step - now.as_secs() % step)).await;
        }
    }

    /// One of the ten backup codes.
    pub fn backup_code(&self) -> Option<String> {
        self.spent().backup_codes.pop()
    }

    fn spent(&self) -> std::sync::MutexGuard<'_, Spent> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
