//! Accounts and their passwords.

mod activity;
mod add;
mod change;
mod copy_password;
mod delete;
mod find;
mod history;
mod list;
mod list_grants;
mod restore;
mod restore_version;
mod reveal_password;
mod set_password;
mod share;
mod unshare;
mod write_version;

pub use activity::Activity;
pub use add::Add;
pub use change::Change;
pub use copy_password::CopyPassword;
pub use delete::Delete;
pub use find::{AccountDetail, Find};
pub use history::History;
pub use list::List;
pub use list_grants::ListGrants;
pub use portcullis_model::{AccountView, GrantView, Origin, Through, VersionView};
pub use restore::Restore;
pub use restore_version::RestoreVersion;
pub use reveal_password::RevealPassword;
pub use set_password::SetPassword;
pub use share::Share;
pub use unshare::Unshare;
