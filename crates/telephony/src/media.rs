//! Voice and keys: G.711 over RTP, paced at 20 ms, plain or as SRTP.

mod ear;
mod events;
mod g711;
mod leg;
mod machine;
mod mouth;
mod rtp;
mod sdp;
mod srtp;
#[cfg(test)]
mod tests;
mod thread;
mod tones;

pub(crate) use ear::Heard;
pub(crate) use g711::{Law, to_mu_law};
pub(crate) use leg::{Hearing, Leg, News, Order};
pub(crate) use sdp::{Description, Direction, Offer, Unusable};
pub(crate) use srtp::MediaKey;
pub(crate) use thread::MediaThread;
