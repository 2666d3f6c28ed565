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

use portcullis_store::Snapshot;
use portcullis_store::settings::find as find_row;
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
            Self::Mail | Self::Phone => &["password"],
            Self::Radius => &["secret", "key"],
        }
    }
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

pub(crate) async fn is_set(snapshot: &Snapshot, connection: Connection) -> Result<bool, OpError> {
    Ok(find_row(snapshot, connection.word())
        .await?
        .is_some_and(|setting| setting.value != "null"))
}
