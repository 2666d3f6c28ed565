//! On the server: which authorities may vouch for the phone agent.

use std::path::Path;

use anyhow::bail;
use portcullis_ops::settings::{Connection, Find, Put};

use super::read_file;
use crate::commands::failure::{NotThere, told};
use crate::commands::operator;
use crate::config::Config;
use crate::open::{Start, gate};

pub(super) async fn run(file: &Path, config: &Config) -> anyhow::Result<()> {
    let pem = read_file(file)?;
    let gate = gate(config, Start::MustExist).await?;
    let caller = operator(&gate);
    let connection = Connection::Phone;
    let found = gate.read(&caller, Find { connection }).await.map_err(told)?;
    let Some(setting) = found.filter(|setting| setting.value["agent"].is_object()) else {
        bail!(NotThere::new(
            "no phone agent is set; enter its address, user name and password under Admin > Phone calls first"
        ));
    };
    let mut value = setting.value;
    value["agent"]["ca"] = pem.trim().into();
    // What stands there for the password says only that there is one; it stays.
    value["agent"]["password"] = "".into();
    let put = Put {
        connection,
        value,
        revision: setting.revision,
    };
    gate.write(&caller, put).await.map_err(told)?;
    println!(
        "Trusted, on every node, from now on: only what is in {} may vouch for the phone agent.",
        file.display()
    );
    Ok(())
}
