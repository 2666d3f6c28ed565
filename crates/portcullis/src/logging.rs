use std::str::FromStr;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::config::{Config, LogFormat};

/// Which lines the log keeps: a level for all of them, `target=level` for some.
#[derive(Clone, Debug)]
pub(crate) struct LogFilter(Targets);

impl FromStr for LogFilter {
    type Err = ();

    // The parser of `Targets` takes any word for a target, so a mistyped level would silence everything else.
    fn from_str(text: &str) -> Result<Self, ()> {
        let level = |word: &str| match word.trim() {
            "" => Err(()),
            word => word.parse::<LevelFilter>().map_err(|_| ()),
        };
        let mut filter = Targets::new();
        for part in text.split(',') {
            filter = match part.split_once('=') {
                Some((target, word)) => filter.with_target(target.trim(), level(word)?),
                None => filter.with_default(level(part)?),
            };
        }
        Ok(Self(filter))
    }
}

/// Sends the log to standard error: standard output is for what people ask for.
pub(crate) fn start(config: &Config) {
    let log = fmt::layer().with_writer(std::io::stderr);
    let log = match config.log {
        LogFormat::Json => log.json().flatten_event(true).boxed(),
        LogFormat::Text => log.with_target(false).boxed(),
    };
    tracing_subscriber::registry()
        .with(log.with_filter(config.log_filter.0.clone()))
        .init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_level_is_refused_and_does_not_silence_the_log() {
        for text in ["info", "WARN", "off", "info, portcullis_ops=debug"] {
            assert!(text.parse::<LogFilter>().is_ok(), "{text}");
        }
        for text in ["", "inof", "info,", "portcullis_ops", "portcullis_ops=loud"] {
            assert!(text.parse::<LogFilter>().is_err(), "{text}");
        }
    }
}
