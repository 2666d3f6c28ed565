//! A person's own sessions.

mod confirm;
mod end;
mod end_all;
mod list_mine;

pub use confirm::{Ask, Asked, Confirm, Confirmed, FindCall, Methods, OwnMethods};
pub use end::End;
pub use end_all::EndAll;
pub use list_mine::{ListMine, SessionView};
