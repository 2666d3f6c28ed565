//! The settings that are needed before the database opens. Everything else lives in the database.

mod keys;
mod paths;
mod show;
mod sources;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::logging::LogFilter;

pub(crate) use keys::{KEYS, Key};
pub(crate) use paths::{config as config_folder, data as data_folder};
pub(crate) use show::{documentation, show};
pub(crate) use sources::{Settings, read};

/// Why the settings cannot be used. Each says which setting and what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("`{name}` is `{value}`: {problem}")]
    Invalid {
        name: String,
        value: String,
        problem: String,
    },
    #[error("cannot read {}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        error: std::io::Error,
    },
    #[error("{} is not TOML", path.display())]
    Syntax {
        path: PathBuf,
        #[source]
        error: Box<toml::de::Error>,
    },
    #[error("unknown setting `{name}` {origin}{}", suggestion.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
    Unknown {
        name: String,
        origin: String,
        suggestion: Option<String>,
    },
}

/// The settings, checked.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) base_url: String,
    pub(crate) certificate: Option<(PathBuf, PathBuf)>,
    pub(crate) data: PathBuf,
    pub(crate) database: String,
    pub(crate) diagnostics: Option<SocketAddr>,
    /// How a provider of phone calls reaches this node.
    pub(crate) hooks_url: String,
    pub(crate) listen: SocketAddr,
    pub(crate) log: LogFormat,
    pub(crate) log_filter: LogFilter,
    pub(crate) master_key: PathBuf,
    pub(crate) site_name: String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LogFormat {
    Json,
    Text,
}

impl Config {
    pub(crate) fn from_settings(settings: &Settings) -> Result<Self, ConfigError> {
        let listen: SocketAddr =
            settings.parse("server.listen", "must be ADDRESS:PORT, such as [::]:7272")?;
        let data = PathBuf::from(settings.text("data.dir"));
        let database = match settings.text("database.url") {
            "" => format!("sqlite:{}", data.join("portcullis.db").display()),
            url if url.starts_with("sqlite:")
                || url.starts_with("postgres://")
                || url.starts_with("postgresql://") =>
            {
                url.to_owned()
            }
            _ => return Err(settings.invalid("database.url", "must begin with sqlite: or postgres://")),
        };
        let base_url = match settings.text("server.base_url") {
            "" => format!("https://localhost:{}", listen.port()),
            url if url.starts_with("https://") => url.trim_end_matches('/').to_owned(),
            _ => return Err(settings.invalid("server.base_url", "must begin with https://")),
        };
        let hooks_url = match settings.text("server.hooks_url") {
            "" => base_url.clone(),
            url if url.starts_with("https://") => url.trim_end_matches('/').to_owned(),
            _ => return Err(settings.invalid("server.hooks_url", "must begin with https://")),
        };
        let certificate = match (settings.text("tls.certificate"), settings.text("tls.key")) {
            ("", "") => None,
            (_, "") => return Err(settings.invalid("tls.key", "is needed beside tls.certificate")),
            ("", _) => return Err(settings.invalid("tls.certificate", "is needed beside tls.key")),
            (certificate, key) => Some((PathBuf::from(certificate), PathBuf::from(key))),
        };
        let diagnostics = match settings.text("diagnostics.listen") {
            "off" => None,
            _ => Some(settings.parse("diagnostics.listen", "must be ADDRESS:PORT, or off")?),
        };
        let log = match settings.text("log.format") {
            "auto" if std::io::IsTerminal::is_terminal(&std::io::stderr()) => LogFormat::Text,
            "auto" | "json" => LogFormat::Json,
            "text" => LogFormat::Text,
            _ => return Err(settings.invalid("log.format", "must be auto, json or text")),
        };
        Ok(Self {
            base_url,
            certificate,
            database,
            diagnostics,
            hooks_url,
            listen,
            log,
            log_filter: settings.parse(
                "log.level",
                "must be a level, or a filter such as info,portcullis_ops=debug",
            )?,
            master_key: PathBuf::from(settings.text("keys.file")),
            site_name: settings.text("server.name").to_owned(),
            data,
        })
    }

    /// The folder of the own certificate.
    pub(crate) fn tls_folder(&self) -> PathBuf {
        self.data.join("tls")
    }

    pub(crate) fn keeps_key_beside_data(&self) -> bool {
        portcullis_crypto::is_beside(&self.master_key, &self.data)
    }
}

/// The file that is read when none is named, if it exists.
pub(crate) fn default_file() -> PathBuf {
    paths::config().join("portcullis.toml")
}

/// Reads and checks the settings.
pub(crate) fn load(file: Option<&Path>, set: &[String]) -> Result<(Settings, Config), ConfigError> {
    let settings = read(file, set)?;
    let config = Config::from_settings(&settings)?;
    Ok((settings, config))
}
