//! How the pages look, every version of it.

use portcullis_model::{Branding, LogoId, Timestamp};

use crate::row::{Row, args};
use crate::{Snapshot, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct Version {
    /// Rises by one with every change.
    pub version: i64,
    pub value: Branding,
    /// SHA-256 of the text that people must accept; nothing if they are not asked.
    pub privacy_digest: Option<[u8; 32]>,
    /// What was changed, in words.
    pub summary: String,
    pub made_at: Timestamp,
    pub made_by: String,
}

const COLUMNS: &str = "version, value, privacy_digest, summary, made_at, made_by";

fn read(row: &Row<'_>) -> Result<Version, StoreError> {
    let unknown = StoreError::UnknownValue {
        column: "branding.value",
    };
    Ok(Version {
        version: row.get(0)?,
        value: serde_json::from_str(&row.get::<String>(1)?).map_err(|_| unknown)?,
        privacy_digest: row
            .get::<Option<Vec<u8>>>(2)?
            .and_then(|digest| digest.try_into().ok()),
        summary: row.get(3)?,
        made_at: row.time(4)?,
        made_by: row.get(5)?,
    })
}

/// The number of the newest version; 0 before the first.
pub async fn version(snapshot: &Snapshot) -> Result<i64, StoreError> {
    let sql = "SELECT version FROM branding ORDER BY version DESC LIMIT 1";
    Ok(snapshot.row(sql, &[], |row| row.get(0)).await?.unwrap_or(0))
}

pub async fn newest(snapshot: &Snapshot) -> Result<Option<Version>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM branding ORDER BY version DESC LIMIT 1");
    snapshot.row(&sql, &[], read).await
}

pub async fn find(snapshot: &Snapshot, version: i64) -> Result<Option<Version>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM branding WHERE version = ?1");
    snapshot.row(&sql, args![version], read).await
}

/// The newest versions first.
pub async fn list(snapshot: &Snapshot, most: u16) -> Result<Vec<Version>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM branding ORDER BY version DESC LIMIT ?1");
    snapshot.rows(&sql, args![i64::from(most)], read).await
}

/// Adds a version. Answers 0 if somebody else added it first.
pub async fn insert(tx: &Tx, version: &Version) -> Result<u64, StoreError> {
    let unknown = StoreError::UnknownValue {
        column: "branding.value",
    };
    let value = serde_json::to_string(&version.value).map_err(|_| unknown)?;
    let logo: Option<LogoId> = version.value.logo.value;
    tx.execute(
        &format!(
            "INSERT INTO branding ({COLUMNS}, logo) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (version) DO NOTHING"
        ),
        args![
            version.version,
            &value,
            version.privacy_digest.as_ref(),
            &version.summary,
            version.made_at,
            &version.made_by,
            logo.as_ref().map(|logo| &logo.0)
        ],
    )
    .await
}
