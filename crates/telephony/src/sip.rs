//! A SIP user agent that only calls: RFC 3261 over UDP, TCP and TLS, on the transactions of `sipx-sip`.

mod agent;
mod attempt;
mod compose;
mod dialog;
mod digest;
mod driver;
mod info;
mod settings;
#[cfg(test)]
mod tests;
mod timetable;
mod tls;
mod trunk;
mod wire;

pub(crate) use attempt::{Failure, Signal, begin};
pub use driver::Counts;
pub use settings::{Encryption, Transport, TrunkProblem, TrunkSettings, Upkeep};
pub(crate) use trunk::Trunk;
pub use trunk::{TrunkHealth, TrunkState};
