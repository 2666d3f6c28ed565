//! A filled vault in a temporary folder, thrown away at the end.

mod fill;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use portcullis_crypto::{FileSlot, PasswordHasher};
use portcullis_http::DemoNote;
use portcullis_model::{Clock, Timestamp};
use portcullis_ops::{Gate, Tools};
use portcullis_store::Store;

use crate::config::Config;
use crate::open::private_folder;
use crate::serve;
use crate::tools::{OsChance, tools};

pub(crate) async fn run(config: Config) -> anyhow::Result<()> {
    let folder = Folder::make()?;
    let (data, keys) = (folder.0.join("data"), folder.0.join("keys"));
    private_folder(&data)?;
    let config = Config {
        database: format!("sqlite:{}", data.join("portcullis.db").display()),
        master_key: keys.join("master.key"),
        data,
        ..config
    };
    let slot = FileSlot::new(&config.master_key);
    slot.create(&OsChance)?;
    let bound = serve::bind(config).await?;
    let config = &bound.config;
    let real = tools(config);
    let clock = Arc::new(PastClock {
        real: real.clock,
        behind: AtomicI64::new(0),
    });
    // People that nobody can be need no strong hash to be made quickly.
    let hasher = PasswordHasher::with_cost(1024, 1);
    let store = Store::open(&config.database).await?;
    let tools = Tools {
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        hasher,
        ..real
    };
    let gate = Gate::open(store, &slot, tools).await?;

    tracing::info!("filling the demo vault");
    let administrator = fill::fill(&gate, &clock).await?;
    clock.be_behind(Duration::ZERO);
    let note = DemoNote {
        username: administrator.username,
        password: administrator.password,
        key: administrator.key,
        backup_code: administrator.backup_code,
    };
    serve::run(bound, Some(note), gate).await
}

/// A clock that can be behind, so that the demo has a past.
pub(crate) struct PastClock {
    real: Arc<dyn Clock>,
    /// Microseconds.
    behind: AtomicI64,
}

impl PastClock {
    pub(crate) fn be_behind(&self, span: Duration) {
        self.behind.store(
            i64::try_from(span.as_micros()).unwrap_or(i64::MAX),
            Ordering::Relaxed,
        );
    }
}

impl Clock for PastClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.real.now().micros() - self.behind.load(Ordering::Relaxed))
    }
}

/// A folder that goes when the demo ends.
struct Folder(PathBuf);

impl Folder {
    fn make() -> anyhow::Result<Self> {
        let name = format!("portcullis-demo-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        private_folder(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("portcullis: {} cannot be removed: {error}", self.0.display());
        }
    }
}
