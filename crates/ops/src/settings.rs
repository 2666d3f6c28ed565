//! What administrators set in the console and every node reads at once: mail, RADIUS, phone calls.
//!
//! A setting that holds a secret lies sealed as a whole; what is shown of it has no secret.

mod find;
mod list_peers;
mod put;
mod rehearse_mail;

pub use find::{Find, SettingView};
pub use list_peers::ListPeers;
pub use put::Put;
pub use rehearse_mail::RehearseMail;

use portcullis_store::settings::{find as find_row, hold as hold_row};
use portcullis_store::{Snapshot, Tx};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::vault::SealedKind;
use crate::{OpError, Services};

/// What this product is connected to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Connection {
    Mail,
    Phone,
    Radius,
}

impl Connection {
    pub const ALL: [Self; 3] = [Self::Mail, Self::Phone, Self::Radius];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Phone => "phone",
            Self::Radius => "radius",
        }
    }

    /// The fields whose values are secret, wherever they stand.
    const fn secrets(self) -> &'static [&'static str] {
        match self {
            Self::Mail => &["password"],
            Self::Phone => &["password", "auth_token"],
            Self::Radius => &["secret", "key"],
        }
    }
}

/// How people are called.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum PhoneWay {
    /// By an agent on another host, which keeps the numbers.
    Agent,
    /// Through trunks or a provider, at the numbers that are kept here.
    Trunks,
}

pub(crate) async fn phone_way(snapshot: &Snapshot) -> Result<Option<PhoneWay>, OpError> {
    let Some(setting) = find_row(snapshot, Connection::Phone.word()).await? else {
        return Ok(None);
    };
    let value: Value = serde_json::from_str(&setting.value).map_err(|_| OpError::Damaged)?;
    Ok(match value {
        Value::Null => None,
        value if value["agent"].is_object() => Some(PhoneWay::Agent),
        _ => Some(PhoneWay::Trunks),
    })
}

/// All of a setting, as the plug-in takes it.
pub(crate) async fn secret_of(
    services: &Services,
    snapshot: &Snapshot,
    connection: Connection,
) -> Result<Option<Zeroizing<Vec<u8>>>, OpError> {
    match find_row(snapshot, connection.word()).await? {
        Some(setting) => {
            services
                .vault
                .open_value(snapshot, SealedKind::Settings, setting.id)
                .await
        }
        None => Ok(None),
    }
}

/// Keeps others from what waits for the same connection until the transaction ends.
pub(crate) async fn hold(tx: &Tx, connection: Connection) -> Result<(), OpError> {
    Ok(hold_row(tx, connection.word()).await?)
}

pub(crate) async fn is_set(snapshot: &Snapshot, connection: Connection) -> Result<bool, OpError> {
    Ok(find_row(snapshot, connection.word())
        .await?
        .is_some_and(|setting| setting.value != "null"))
}
