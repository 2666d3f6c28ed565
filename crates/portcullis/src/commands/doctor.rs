use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::ExitCode;

use portcullis_crypto::{FileSlot, KeySlot};
use portcullis_model::Causes;
use portcullis_ops::setup::Needed;
use portcullis_store::Store;
use tokio::net::TcpListener;

use crate::commands::operator;
use crate::config::{Config, load};
use crate::open::{Start, gate};
use crate::tls::Certificate;

/// What one check found.
enum Finding {
    Good(String),
    /// Works, but should be changed.
    Warn(String),
    Bad(String),
}

use Finding::{Bad, Good, Warn};

pub(super) async fn run(file: Option<&Path>, set: &[String]) -> anyhow::Result<ExitCode> {
    let config = match load(file, set) {
        Ok((_, config)) => config,
        Err(error) => {
            tell(
                "Settings",
                &Bad(format!("{error}. See `portcullis config show --origin`.")),
            );
            return Ok(ExitCode::from(2));
        }
    };
    let findings = [
        ("Settings", Good("valid".to_owned())),
        ("Master key", master_key(&config)),
        ("Data folder", data_folder(&config)),
        ("Database", database(&config).await),
        ("Vault", vault(&config).await),
        ("Certificate", certificate(&config)),
        ("Console port", port(&config).await),
        ("Clock", clock()),
        ("Processors", processors()),
    ];
    let mut bad = 0;
    for (name, finding) in &findings {
        tell(name, finding);
        bad += u8::from(matches!(finding, Bad(_)));
    }
    println!();
    if bad == 0 {
        println!("Everything the server needs is there.");
        return Ok(ExitCode::SUCCESS);
    }
    println!("{bad} of {} checks failed.", findings.len());
    Ok(ExitCode::from(9))
}

fn tell(name: &str, finding: &Finding) {
    let (mark, text) = match finding {
        Good(text) => ("ok", text),
        Warn(text) => ("warn", text),
        Bad(text) => ("FAIL", text),
    };
    println!("{mark:<5} {name:<13} {text}");
}

fn master_key(config: &Config) -> Finding {
    let path = config.master_key.display();
    if config.keeps_key_beside_data() {
        return Bad(format!(
            "{path} lies in the data folder; move it and set `keys.file`"
        ));
    }
    let slot = FileSlot::new(&config.master_key);
    if !slot.exists() {
        return Warn(format!("{path} is not there yet; the first start makes it"));
    }
    match slot.slot_key() {
        Ok(_) => Good(format!(
            "{path}, readable by its owner only; keep a copy of it in a safe place"
        )),
        Err(error) => Bad(error.to_string()),
    }
}

fn data_folder(config: &Config) -> Finding {
    let path = config.data.display();
    let Ok(folder) = fs::metadata(&config.data) else {
        return Warn(format!("{path} is not there yet; the first start makes it"));
    };
    if folder.permissions().mode() & 0o077 != 0 {
        return Warn(format!("others may enter {path}; `chmod 700 {path}`"));
    }
    if folder.uid() != rustix::process::getuid().as_raw() {
        return Bad(format!(
            "{path} belongs to somebody else; run this as the server's own user"
        ));
    }
    Good(path.to_string())
}

async fn database(config: &Config) -> Finding {
    let shown = config.database.rsplit('@').next().unwrap_or_default();
    if let Some(path) = config.database.strip_prefix("sqlite:")
        && !Path::new(path).exists()
    {
        return Warn(format!("{path} is not there yet; the first start makes it"));
    }
    match Store::open(&config.database).await {
        Ok(_) => Good(format!(
            "{shown} answers, schema {}",
            portcullis_store::SCHEMA_VERSION
        )),
        Err(error) => Bad(Causes(&error).to_string()),
    }
}

async fn vault(config: &Config) -> Finding {
    if !config.master_key.exists() {
        return Warn("not there yet; the first start makes it".to_owned());
    }
    let gate = match gate(config, Start::MustExist).await {
        Ok(gate) => gate,
        Err(error) => return Bad(format!("{error:#}")),
    };
    match gate.read(&operator(&gate), Needed).await {
        Ok(true) => Warn("opens; nobody has finished set-up yet".to_owned()),
        Ok(false) => Good("opens with the master key".to_owned()),
        Err(error) => Bad(Causes(&error).to_string()),
    }
}

fn certificate(config: &Config) -> Finding {
    if config.certificate.is_none() && !config.tls_folder().exists() {
        return Warn("self-signed, made at the first start; browsers will ask people to trust it".to_owned());
    }
    match Certificate::open(config) {
        Ok(_) if config.certificate.is_none() => Warn(
            "self-signed; browsers ask people to trust it. Set `tls.certificate` and `tls.key`".to_owned(),
        ),
        Ok(_) => Good("readable, and the key belongs to it".to_owned()),
        Err(error) => Bad(format!("{error:#}")),
    }
}

async fn port(config: &Config) -> Finding {
    match TcpListener::bind(config.listen).await {
        Ok(_) => Good(format!("{} is free", config.listen)),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Warn(format!(
            "{} is in use: by the running server, or set `server.listen`",
            config.listen
        )),
        Err(error) => Bad(format!("{}: {error}", config.listen)),
    }
}

fn clock() -> Finding {
    // 56 years after 1970: a machine that thinks it is earlier has lost its time.
    let year = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_hours(56 * 365 * 24);
    if std::time::SystemTime::now() < year {
        return Bad(
            "is years behind; set the time, or codes from authenticator apps will not fit".to_owned(),
        );
    }
    Good("plausible; keep it synchronized, codes change every 30 seconds".to_owned())
}

fn processors() -> Finding {
    let count = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Good(format!(
        "{count}: that many passwords are checked at once, 46 MiB each"
    ))
}
