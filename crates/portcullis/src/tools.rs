//! The real time, the real chance and the second factors.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use portcullis_auth::{BackupCodes, EmailCode, Phone, Radius, TemporaryPass, Totp, WebAuthn};
use portcullis_crypto::PasswordHasher;
use portcullis_mail::SmtpMailer;
use portcullis_model::{Chance, Clock, SecondFactor, Timestamp};
use portcullis_ops::{Site, Tools};

use crate::config::Config;

pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since_1970.as_micros()).unwrap_or(i64::MAX))
    }
}

pub(crate) struct OsChance;

impl Chance for OsChance {
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the operating system gives random bytes");
    }
}

pub(crate) fn tools(config: &Config) -> Tools {
    let phone = Arc::new(Phone::new(Arc::new(OsChance), &config.hooks_url));
    let mut factors: Vec<Arc<dyn SecondFactor>> = vec![
        Arc::new(Totp::new(config.site_name.as_str())),
        Arc::new(BackupCodes),
        Arc::new(EmailCode),
        phone.clone(),
        Arc::new(TemporaryPass),
        Arc::new(Radius::default()),
    ];
    // A browser binds a key to a name; at a bare address there are none.
    match WebAuthn::new(&config.base_url, &config.site_name) {
        Ok(keys) => factors.push(Arc::new(keys)),
        Err(error) => tracing::warn!(%error, "security keys do not work here; set `server.base_url`"),
    }
    Tools {
        clock: Arc::new(SystemClock),
        chance: Arc::new(OsChance),
        factors,
        hasher: PasswordHasher::new(),
        mailer: Arc::new(SmtpMailer::new(Arc::new(SystemClock), Arc::new(OsChance))),
        telephone: phone,
        site: Site {
            name: config.site_name.clone(),
            url: config.base_url.clone(),
        },
    }
}
