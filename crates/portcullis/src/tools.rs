//! The real time, the real chance and the second factors.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use portcullis_auth::{BackupCodes, EmailCode, Radius, TemporaryPass, Totp, WebAuthn};
use portcullis_crypto::PasswordHasher;
use portcullis_mail::SmtpMailer;
use portcullis_model::{Chance, Clock, Timestamp};
use portcullis_ops::{Site, Tools};

use crate::config::Config;

struct SystemClock;

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

pub(crate) fn tools(config: &Config) -> anyhow::Result<Tools> {
    let keys = WebAuthn::new(&config.base_url, &config.site_name)
        .context("security keys need the address by which people reach the server; set `server.base_url`")?;
    Ok(Tools {
        clock: Arc::new(SystemClock),
        chance: Arc::new(OsChance),
        factors: vec![
            Arc::new(Totp::new(config.site_name.as_str())),
            Arc::new(BackupCodes),
            Arc::new(EmailCode),
            Arc::new(TemporaryPass),
            Arc::new(Radius),
            Arc::new(keys),
        ],
        hasher: PasswordHasher::new(),
        mailer: Arc::new(SmtpMailer::new(Arc::new(SystemClock), Arc::new(OsChance))),
        site: Site {
            name: config.site_name.clone(),
            url: config.base_url.clone(),
        },
    })
}
