//! A person's own second factors.

mod judge;
mod list_mine;
mod regenerate_backup_codes;

pub(crate) use judge::{Candidate, Judged, judge};
pub use list_mine::{FactorView, ListMine};
pub use regenerate_backup_codes::{RegenerateBackupCodes, Regenerated};
