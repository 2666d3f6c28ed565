//! Personal API tokens.

mod add;
mod list_mine;
mod revoke;

pub use add::{Add, NewToken};
pub use list_mine::{ListMine, TokenView};
pub use revoke::Revoke;
