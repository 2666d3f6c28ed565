//! What was deleted and can still come back.

mod list;

pub use list::List;
pub use portcullis_model::{TrashView, Trashed};
