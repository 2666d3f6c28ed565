//! The agent's own log, for auditing: one file a day, by the agent and by its commands.

use std::path::Path;

use anyhow::Context;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::open::private_folder;

/// How many days are kept.
const KEPT: usize = 90;

/// Writes to a file of the day in `folder`, and with `aloud` to standard error too.
pub(super) fn start(folder: &Path, aloud: bool) -> anyhow::Result<()> {
    private_folder(folder)?;
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("phone-agent")
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(folder)
        .with_context(|| format!("the log in {} cannot be written", folder.display()))?;
    let quiet = Targets::new()
        .with_default(LevelFilter::INFO)
        .with_target("ldap3", LevelFilter::WARN);
    let terminal = aloud.then(|| {
        fmt::layer()
            .with_writer(std::io::stderr)
            .with_target(false)
            .with_filter(quiet.clone())
    });
    tracing_subscriber::registry()
        .with(
            fmt::layer()
                .json()
                .flatten_event(true)
                .with_writer(file)
                .with_filter(quiet),
        )
        .with(terminal)
        .init();
    Ok(())
}

/// Who types, as far as this host knows.
pub(super) fn operator() -> String {
    std::env::var("SUDO_USER")
        .or_else(|_| std::env::var("USER"))
        .unwrap_or_else(|_| format!("uid {}", rustix::process::getuid().as_raw()))
}
