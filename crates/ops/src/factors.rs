//! A person's own second factors.

mod begin;
mod candidates;
pub(crate) mod challenges;
mod confirm;
pub(crate) mod enrolment;
mod issue_pass;
mod judge;
mod list_mine;
mod regenerate_backup_codes;
mod rehearse;
mod remove;
mod reset;

pub use begin::{Begin, Pending, PendingFactor};
pub(crate) use candidates::{candidates, code_lengths, settings_of};
pub use confirm::{Confirm, Confirmation};
pub use issue_pass::{IssuePass, IssuedPass};
pub(crate) use judge::{Candidate, Judged, judge, judge_alone, spend};
pub use list_mine::{FactorView, ListMine};
pub use regenerate_backup_codes::{RegenerateBackupCodes, Regenerated};
pub use rehearse::{BeginRehearsal, Rehearse, Rehearsed};
pub use remove::{Remove, Rename};
pub use reset::Reset;
