//! User activity: what happened at sign-ins, filtered, exported, and the filters that people keep.

mod export;
mod filters;
mod list;

pub use export::Export;
pub use filters::{ChangeFilter, DeleteFilter, FilterView, ListFilters, SaveFilter};
pub use list::List;
pub use portcullis_model::{SignInFilter, SignInView};
