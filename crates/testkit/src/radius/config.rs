use std::fs;
use std::io;
use std::path::Path;

use super::{Authority, FreeRadius, Ports};

const USERS: &str = r#"
alice   Cleartext-Password := "Pw-alice-1"
        Class = 0x61646d696e6973747261746f7273,
        Filter-Id = "administrators"
zoë     Cleartext-Password := "Pä$$wörd, at some length: 33"
carol   Auth-Type := Reject
        Reply-Message = "This account is disabled",
        Class = 0x61646d696e6973747261746f7273,
        Filter-Id = "administrators"
blind   Auth-Type := Accept
"#;

/// A word in `@` is replaced.
const SERVER: &str = include_str!("radiusd.conf");

/// Writes everything that the server reads into `folder`.
pub(super) fn write(folder: &Path, ports: &Ports, authority: &Authority) -> io::Result<()> {
    let own = authority.server(&["localhost"]);
    let config = SERVER
        .replace("@FOLDER@", &folder.display().to_string())
        .replace("@SECRET@", FreeRadius::SECRET)
        .replace("@SECONDS@", &FreeRadius::SLOWNESS.as_secs().to_string())
        .replace("@STRICT@", &ports.strict.to_string())
        .replace("@LEGACY@", &ports.legacy.to_string())
        .replace("@SILENT@", &ports.silent.to_string())
        .replace("@SLOW@", &ports.slow.to_string())
        .replace("@RADSEC@", &ports.rad_sec.to_string());
    for (name, text) in [
        ("radiusd.conf", config.as_str()),
        ("users", USERS),
        ("ca.pem", &authority.pem()),
        ("server.pem", &own.certificate),
        ("server.key", &own.key),
    ] {
        fs::write(folder.join(name), text)?;
    }
    Ok(())
}
