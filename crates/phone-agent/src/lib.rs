//! The phone agent: keeps people's phone numbers and PINs on a host of its own, and calls them when the server asks.
//!
//! The server knows nobody's number and no PIN; it learns what a call came to, once, in an answer that nobody else can
//! make.

mod agent;
mod api;
mod costs;
mod desk;
mod import;
mod person;
mod pin;
mod prompts;
mod store;

pub use agent::{Agent, AgentError, CallView, Listening};
pub use api::router;
pub use costs::Spending;
pub use import::{Directory, Found, ImportError, Imported, Mapping, from_csv, from_directory};
pub use person::{LONGEST_DELAY, Person, PersonProblem, Stored};
pub use pin::pin_problem;
pub use portcullis_telephony::PhoneLimits;
pub use prompts::PromptView;
pub use store::StoreError;
