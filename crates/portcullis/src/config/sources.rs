use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::config::{ConfigError, KEYS, default_file};

/// Where a setting comes from; a later one wins.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Origin {
    Default,
    File(PathBuf),
    Environment(String),
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "in {}", path.display()),
            Self::Environment(variable) => write!(f, "in the environment as {variable}"),
            Self::Flag => f.write_str("on the command line"),
        }
    }
}

/// Every setting with its value and where that comes from.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    values: BTreeMap<&'static str, (String, Origin)>,
}

impl Settings {
    pub(crate) fn text(&self, name: &str) -> &str {
        &self.values[name].0
    }

    pub(crate) fn origin(&self, name: &str) -> &Origin {
        &self.values[name].1
    }

    pub(crate) fn parse<T: FromStr>(&self, name: &str, problem: &str) -> Result<T, ConfigError> {
        self.text(name).parse().map_err(|_| self.invalid(name, problem))
    }

    pub(crate) fn invalid(&self, name: &str, problem: &str) -> ConfigError {
        let secret = KEYS.iter().any(|key| key.name == name && key.secret);
        ConfigError::Invalid {
            name: name.to_owned(),
            value: if secret {
                "…".to_owned()
            } else {
                self.text(name).to_owned()
            },
            problem: format!("{problem} ({})", self.origin(name)),
        }
    }

    fn put(&mut self, name: &str, value: String, origin: Origin) -> Result<(), ConfigError> {
        let Some(key) = KEYS.iter().find(|key| key.name == name) else {
            let suggestion = nearest(name).map(str::to_owned);
            return Err(ConfigError::Unknown {
                name: name.to_owned(),
                origin: origin.to_string(),
                suggestion,
            });
        };
        self.values.insert(key.name, (value, origin));
        Ok(())
    }
}

/// Reads the settings: default, then file, then environment, then flags.
pub(crate) fn read(file: Option<&Path>, set: &[String]) -> Result<Settings, ConfigError> {
    let mut settings = Settings {
        values: KEYS
            .iter()
            .map(|key| (key.name, ((key.default)(), Origin::Default)))
            .collect(),
    };
    let path = file.map_or_else(default_file, Path::to_path_buf);
    // A file that was named must be there; the usual one may be missing.
    if file.is_some() || path.exists() {
        read_file(&mut settings, &path)?;
    }
    read_environment(&mut settings, std::env::vars())?;
    for assignment in set {
        let Some((name, value)) = assignment.split_once('=') else {
            return Err(ConfigError::Invalid {
                name: "--set".to_owned(),
                value: assignment.clone(),
                problem: "must be NAME=VALUE".to_owned(),
            });
        };
        settings.put(name, value.to_owned(), Origin::Flag)?;
    }
    Ok(settings)
}

fn read_file(settings: &mut Settings, path: &Path) -> Result<(), ConfigError> {
    let text = fs::read_to_string(path).map_err(|error| ConfigError::Read {
        path: path.to_owned(),
        error,
    })?;
    let table: toml::Table = text.parse().map_err(|error| ConfigError::Syntax {
        path: path.to_owned(),
        error: Box::new(error),
    })?;
    let origin = Origin::File(path.to_owned());
    for (section, value) in table {
        let toml::Value::Table(entries) = value else {
            settings.put(&section, String::new(), origin)?;
            return Ok(());
        };
        for (name, value) in entries {
            let value = match value {
                toml::Value::String(text) => text,
                other => other.to_string(),
            };
            put_or_read(settings, &format!("{section}.{name}"), value, &origin)?;
        }
    }
    Ok(())
}

/// `PORTCULLIS_SECTION__KEY`, and `PORTCULLIS_SECTION__KEY_FILE` for a file that holds the value.
fn read_environment(
    settings: &mut Settings,
    variables: impl Iterator<Item = (String, String)>,
) -> Result<(), ConfigError> {
    for (variable, value) in variables {
        let Some(rest) = variable.strip_prefix("PORTCULLIS_") else {
            continue;
        };
        let Some((section, name)) = rest.split_once("__") else {
            continue;
        };
        let name = format!("{}.{}", section.to_lowercase(), name.to_lowercase());
        put_or_read(settings, &name, value, &Origin::Environment(variable))?;
    }
    Ok(())
}

fn put_or_read(
    settings: &mut Settings,
    name: &str,
    value: String,
    origin: &Origin,
) -> Result<(), ConfigError> {
    let known = KEYS.iter().any(|key| key.name == name);
    match name.strip_suffix("_file") {
        Some(bare) if !known && KEYS.iter().any(|key| key.name == bare && key.secret) => {
            let path = PathBuf::from(&value);
            let text = fs::read_to_string(&path).map_err(|error| ConfigError::Read { path, error })?;
            settings.put(bare, text.trim_end().to_owned(), origin.clone())
        }
        _ => settings.put(name, value, origin.clone()),
    }
}

/// The setting whose name is the fewest edits away, if it is near.
fn nearest(name: &str) -> Option<&'static str> {
    KEYS.iter()
        .map(|key| (edits(name, key.name), key.name))
        .min()
        .filter(|(edits, _)| *edits <= 4)
        .map(|(_, name)| name)
}

/// The Levenshtein distance.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let swap = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = swap.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Result<Settings, ConfigError> {
        let mut settings = Settings {
            values: KEYS
                .iter()
                .map(|key| (key.name, ((key.default)(), Origin::Default)))
                .collect(),
        };
        let pairs = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        read_environment(&mut settings, pairs)?;
        Ok(settings)
    }

    #[test]
    fn the_environment_names_settings_by_section_and_key() {
        let settings = environment(&[
            ("PORTCULLIS_SERVER__LISTEN", "127.0.0.1:1"),
            ("PORTCULLIS_HOME", "x"),
        ])
        .unwrap();

        assert_eq!(settings.text("server.listen"), "127.0.0.1:1");
        assert_eq!(
            *settings.origin("server.listen"),
            Origin::Environment("PORTCULLIS_SERVER__LISTEN".to_owned())
        );
    }

    #[test]
    fn a_mistyped_setting_is_an_error_that_helps() {
        let error = environment(&[("PORTCULLIS_SERVER__LISTN", "x")])
            .unwrap_err()
            .to_string();

        assert!(error.ends_with("did you mean `server.listen`?"), "{error}");
    }

    #[test]
    fn a_secret_can_come_from_a_file_and_never_shows_in_an_error() {
        let file = std::env::temp_dir().join(format!("portcullis-config-{}", std::process::id()));
        fs::write(&file, "mysql://root:hunter2@db/x\n").unwrap();

        let settings = environment(&[("PORTCULLIS_DATABASE__URL_FILE", file.to_str().unwrap())]).unwrap();

        fs::remove_file(&file).unwrap();
        let error = crate::config::Config::from_settings(&settings)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("database.url") && !error.contains("hunter2"),
            "{error}"
        );
    }
}
