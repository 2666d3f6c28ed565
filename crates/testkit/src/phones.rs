//! Telephones that none of us wrote, and one that does what a test says.

mod baresip;
mod kamailio;
mod process;
mod provider;
mod sipp;
mod switchboard;
mod tone;

use std::net::{TcpListener, UdpSocket};

pub use baresip::Baresip;
pub use kamailio::Kamailio;
pub use process::Process;
pub use provider::{Asked, VoiceProvider, provider_signature};
pub use sipp::{Behaviour, Sipp};
pub use switchboard::Switchboard;
pub use tone::{samples_of, tenths_of_tone, tone};

/// A port that is free for UDP and TCP at this moment.
pub fn free_port() -> u16 {
    for _ in 0..100 {
        let udp = UdpSocket::bind("127.0.0.1:0").expect("there are free ports");
        let port = udp.local_addr().expect("it is bound").port();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free for both UDP and TCP");
}
