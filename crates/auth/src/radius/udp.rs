use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::timeout;

use super::exchange::{Failure, Ignored, Judge};
use super::packet::LONGEST;
use super::reply::Reply;

/// What to do when the network says that nobody listens.
#[derive(Clone, Copy)]
pub(super) enum Refusal {
    /// Somebody else can be asked.
    MoveOn,
    /// Nobody is left to ask, and the refusal may be forged.
    WaitAnyway,
}

/// Sends the request and waits for its reply, as often as `tries` says.
///
/// Each try sends the same bytes, so that the server sees that it is a repetition: RFC 5080 §2.2.1.
pub(super) async fn exchange(
    address: SocketAddr,
    judge: &Judge<'_>,
    tries: u8,
    time_out: Duration,
    refusal: Refusal,
) -> Result<Reply, Failure> {
    let mut ignored = Ignored::default();
    let socket = connect(address).await?;
    for _ in 0..tries {
        match (socket.send(judge.request()).await, refusal) {
            (Ok(_), _) => {}
            (Err(error), Refusal::MoveOn) => return Err(error.into()),
            (Err(error), Refusal::WaitAnyway) => ignored.add(&error),
        }
        if let Ok(reply) = timeout(time_out, receive(&socket, judge, refusal, &mut ignored)).await {
            return reply;
        }
    }
    Err(Failure::Silence(ignored))
}

/// The system draws the port; packets from another address do not get in.
async fn connect(address: SocketAddr) -> Result<UdpSocket, Failure> {
    let any: SocketAddr = match address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(address).await?;
    Ok(socket)
}

/// Waits for the reply. What is not the reply changes nothing, or a forger could end the attempt.
async fn receive(
    socket: &UdpSocket,
    judge: &Judge<'_>,
    refusal: Refusal,
    ignored: &mut Ignored,
) -> Result<Reply, Failure> {
    // One byte more than a packet can have, so that a longer one is not taken for a whole one.
    let mut buffer = [0; LONGEST + 1];
    loop {
        match (socket.recv(&mut buffer).await, refusal) {
            (Ok(length), _) => match judge.judge(&buffer[..length]) {
                Ok(reply) => return Ok(reply),
                Err(reason) => ignored.add(&reason),
            },
            (Err(error), Refusal::MoveOn) => return Err(error.into()),
            (Err(error), Refusal::WaitAnyway) => ignored.add(&error),
        }
    }
}
