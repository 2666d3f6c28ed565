//! The same calls with peers that none of us wrote: `SIPp` as telephone, Kamailio as trunk, baresip as telephone.

mod baresip;
mod kamailio;
mod process;
mod sipp;
mod through_kamailio;
mod through_sipp;

use std::net::{TcpListener, UdpSocket};

/// A port that is free for UDP and TCP at this moment.
fn free_port() -> u16 {
    for _ in 0..100 {
        let udp = UdpSocket::bind("127.0.0.1:0").expect("there are free ports");
        let port = udp.local_addr().expect("it is bound").port();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free for both UDP and TCP");
}
