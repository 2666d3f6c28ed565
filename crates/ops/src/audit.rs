//! The audit trail: reading it and proving it whole.

mod export;
mod find_checkpoint;
mod list;
mod verify;

pub use export::Export;
pub use find_checkpoint::FindCheckpoint;
pub use list::List;
pub use portcullis_model::{AuditFilter, AuditView};
pub use verify::{Verified, Verify};
