//! `World`: a whole installation for one test, with a clock that moves when told to. Only ever a dev-dependency.
// What goes wrong in here fails the test at hand, and a panic is how a test fails.
#![allow(clippy::missing_panics_doc)]

pub mod amm;
mod authenticator;
mod chance;
mod clock;
mod database;
pub mod fuzz;
mod mailbox;
mod passkeys;
mod people;
mod phone_agent;
pub mod phones;
mod policy;
mod ports;
pub mod radius;
pub mod security_key;
pub mod server;
mod skip;
mod slot;
mod smtp;
mod trail;
mod vault;
mod world;

pub use authenticator::Authenticator;
pub use chance::SeededChance;
pub use clock::MockClock;
pub use database::{Database, Dialect, dialect};
pub use mailbox::Mailbox;
pub use people::Person;
pub use phone_agent::PhoneAgent;
pub use ports::free_port;
pub use skip::skipped;
pub use slot::MemorySlot;
pub use smtp::{ReceivedLetter, SmtpPorts, SmtpServer};
pub use world::World;
