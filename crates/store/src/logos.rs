//! Logos, as they are served: PNG files under their SHA-256.

use portcullis_model::{LogoId, Timestamp};

use crate::row::args;
use crate::{Snapshot, StoreError, Tx};

/// A logo, as it was drawn anew.
#[derive(Clone, Debug)]
pub struct Logo {
    pub id: LogoId,
    pub png: Vec<u8>,
    /// In pixels.
    pub width: u32,
    pub height: u32,
}

pub async fn find(snapshot: &Snapshot, id: LogoId) -> Result<Option<Logo>, StoreError> {
    let sql = "SELECT png, width, height FROM logos WHERE digest = ?1";
    snapshot
        .row(sql, args![&id.0], |row| {
            Ok(Logo {
                id,
                png: row.get(0)?,
                width: row.number(1, "logos.width")?,
                height: row.number(2, "logos.height")?,
            })
        })
        .await
}

/// Keeps a logo; one that is there already is kept for longer.
pub async fn put(tx: &Tx, logo: &Logo, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "INSERT INTO logos (digest, png, width, height, created_at) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (digest) DO UPDATE SET created_at = ?5",
        args![&logo.id.0, &logo.png[..], logo.width, logo.height, at],
    )
    .await
}

/// Deletes those from before `before` that no version of the branding names.
pub async fn sweep(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM logos WHERE created_at < ?1 AND NOT EXISTS \
         (SELECT 1 FROM branding WHERE branding.logo = logos.digest)",
        args![before],
    )
    .await
}
