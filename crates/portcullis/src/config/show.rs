use std::fmt::Write;

use crate::config::{KEYS, Key, Settings};

/// The settings as TOML, secrets left out.
pub(crate) fn show(settings: &Settings, with_origin: bool) -> String {
    let mut text = String::new();
    let mut section = "";
    for key in KEYS {
        let (own_section, name) = key.name.split_once('.').unwrap_or(("", key.name));
        if own_section != section {
            let gap = if section.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}[{own_section}]");
            section = own_section;
        }
        let value = shown(key, settings.text(key.name));
        let origin = if with_origin {
            format!("  # {}", settings.origin(key.name))
        } else {
            String::new()
        };
        let _ = writeln!(text, "{name} = {}{origin}", toml::Value::String(value));
    }
    text
}

fn shown(key: &Key, value: &str) -> String {
    match (key.secret, value.split_once("://"), value.rsplit_once('@')) {
        (true, Some((scheme, _)), Some((_, place))) => format!("{scheme}://…@{place}"),
        (true, None, _) if !value.is_empty() && !value.starts_with("sqlite:") => "…".to_owned(),
        _ => value.to_owned(),
    }
}

/// The reference page.
pub(crate) fn documentation() -> String {
    let mut text = String::from(
        "# Configuration\n\nThis page is made by `cargo xtask generate`.\n\nOnly what is needed before the database \
         opens is here; everything else is set in the console. A flag (`--set NAME=VALUE`) wins over the environment \
         (`PORTCULLIS_SECTION__KEY`), that over the file (`portcullis.toml`, or `--config FILE`), that over the \
         default. A setting that may hold a password can be read from a file of its own \
         (`PORTCULLIS_DATABASE__URL_FILE`). An unknown setting is an error.\n\n| Setting | Default | What it is |\n|---|---|---|\n",
    );
    for key in KEYS {
        let default = match key.name {
            "data.dir" => {
                "`/var/lib/portcullis` for root and services, else `~/.local/share/portcullis`".to_owned()
            }
            "keys.file" => {
                "`/etc/portcullis/master.key` for root and services, else `~/.config/portcullis/master.key`"
                    .to_owned()
            }
            _ => match (key.default)() {
                value if value.is_empty() => String::new(),
                value => format!("`{value}`"),
            },
        };
        let _ = writeln!(text, "| `{}` | {default} | {} |", key.name, key.help);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_the_database_is_never_shown() {
        let key = KEYS.iter().find(|key| key.secret).unwrap();

        assert_eq!(shown(key, "postgres://app:hunter2@db/x"), "postgres://…@db/x");
        assert_eq!(shown(key, "hunter2"), "…");
        assert_eq!(shown(key, "sqlite:/var/x.db"), "sqlite:/var/x.db");
    }
}
