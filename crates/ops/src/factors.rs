//! A person's own second factors.

mod list_mine;
mod regenerate_backup_codes;

pub use list_mine::{FactorView, ListMine};
pub use regenerate_backup_codes::{RegenerateBackupCodes, Regenerated};
