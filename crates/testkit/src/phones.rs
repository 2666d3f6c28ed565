//! Telephones that none of us wrote, and one that does what a test says.

mod baresip;
mod kamailio;
mod process;
mod provider;
mod sipp;
mod switchboard;
mod tone;

pub use baresip::Baresip;
pub use kamailio::Kamailio;
pub use process::Process;
pub use provider::{Asked, VoiceProvider, provider_signature};
pub use sipp::{Behaviour, Sipp};
pub use switchboard::Switchboard;
pub use tone::{samples_of, tenths_of_tone, tone};
