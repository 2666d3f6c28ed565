use std::env;
use std::path::{Path, PathBuf};

/// Where the configuration file and the master key live: `/etc/portcullis` for a service, else by XDG.
pub(crate) fn config() -> PathBuf {
    folder(
        "CONFIGURATION_DIRECTORY",
        "/etc/portcullis",
        "XDG_CONFIG_HOME",
        ".config",
    )
}

/// Where the data lives: `/var/lib/portcullis` for a service, else by XDG.
pub(crate) fn data() -> PathBuf {
    folder(
        "STATE_DIRECTORY",
        "/var/lib/portcullis",
        "XDG_DATA_HOME",
        ".local/share",
    )
}

fn folder(systemd: &str, service: &str, xdg: &str, home: &str) -> PathBuf {
    if let Some(folder) = absolute(systemd) {
        return folder;
    }
    if rustix::process::getuid().is_root() {
        return PathBuf::from(service);
    }
    match (absolute(xdg), absolute("HOME")) {
        (Some(base), _) => base.join("portcullis"),
        (None, Some(base)) => base.join(home).join("portcullis"),
        (None, None) => PathBuf::from(service),
    }
}

fn absolute(variable: &str) -> Option<PathBuf> {
    env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}

pub(crate) fn text(path: &Path) -> String {
    path.display().to_string()
}
