//! Browsers that people are known from: each has a budget of its own for wrong answers, and may be remembered.

mod forget;
mod known;
mod list;
mod remembered;

pub use forget::{Forget, ForgetAll, ForgetAllOf};
pub(crate) use known::{come_back, of_login};
pub use list::{BrowserView, ListMine, ListOf};
pub(crate) use remembered::{Remembered, may_be_remembered, remember, remembered};
