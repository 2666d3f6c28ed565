use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::config::{Config, LogFormat};

/// Sends the log to standard error: standard output is for what people ask for.
pub(crate) fn start(config: &Config) -> anyhow::Result<()> {
    let filter: Targets = config.log_level.parse()?;
    let log = fmt::layer().with_writer(std::io::stderr);
    let log = match config.log {
        LogFormat::Json => log.json().flatten_event(true).boxed(),
        LogFormat::Text => log.with_target(false).boxed(),
    };
    tracing_subscriber::registry()
        .with(log.with_filter(filter))
        .init();
    Ok(())
}
