//! How things stand, for those who look after them.

mod sign_in;

pub use sign_in::{Delayed, DueChange, MailHealth, OpenPass, RadiusHealth, SignIn, SignInHealth};
