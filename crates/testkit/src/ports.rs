//! Ports for peers that must be told theirs before they start.

use std::net::{TcpListener, UdpSocket};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// Beneath the ports that Linux hands out to whoever asks for any (32,768 and up): nobody gets one of these by chance
/// between our look and the peer's bind.
const FIRST: u16 = 10_000;
/// A port and the three after it are one place: telephones take those for reports and pictures.
const PLACE: u16 = 4;
const PLACES: u32 = 5_000;

/// A port that is free for UDP and TCP, as are the three after it. This process is never given it again.
pub fn free_port() -> u16 {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    for _ in 0..PLACES {
        // Processes begin at different places.
        let turn = process::id()
            .wrapping_mul(257)
            .wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed));
        let place = u16::try_from(turn % PLACES).expect("there are fewer places than ports");
        let port = FIRST + place * PLACE;
        if (port..port + PLACE).all(is_free) {
            return port;
        }
    }
    panic!("no port is free for both UDP and TCP");
}

fn is_free(port: u16) -> bool {
    UdpSocket::bind(("127.0.0.1", port)).is_ok() && TcpListener::bind(("127.0.0.1", port)).is_ok()
}
