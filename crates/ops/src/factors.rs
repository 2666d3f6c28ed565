//! A person's own second factors.

pub(crate) mod backup_codes;
mod begin;
mod candidates;
pub(crate) mod challenges;
mod confirm;
pub(crate) mod enrolment;
mod inquiry;
mod issue_pass;
mod list_mine;
mod regenerate_backup_codes;
mod rehearse;
mod remove;
mod reset;
mod set_phone;
mod spend;
mod switch_off;

pub use begin::{Begin, Call, Pending, PendingFactor};
pub(crate) use candidates::{candidates, code_lengths, settings_of, without_names_at_agent};
pub(crate) use confirm::allowed_still;
pub use confirm::{Confirm, Confirmation};
pub(crate) use inquiry::{Candidate, Inquiry, Judged, Proves};
pub use issue_pass::{IssuePass, IssuedPass};
pub(crate) use issue_pass::{check_pass, issue};
pub use list_mine::{FactorView, ListMine};
pub use regenerate_backup_codes::{RegenerateBackupCodes, Regenerated};
pub use rehearse::{BeginRehearsal, FindRehearsal, Rehearse, Rehearsed};
pub use remove::{Remove, Rename};
pub use reset::Reset;
pub use set_phone::SetPhone;
pub(crate) use spend::spend;
pub(crate) use switch_off::TAKES_NO_MORE;
pub use switch_off::{REPORTED, SWITCHED_OFF, SwitchOn, SwitchedOff, why_off};
pub(crate) use switch_off::{lift, refuse_reported, switch_off};
