use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::exchange::{Failure, Ignored, Judge};
use super::packet::{HEADER, LONGEST};
use super::reply::Reply;
use super::settings::RadSec;
use super::tls;

/// The shared secret of every server: RFC 6614 §2.3.
pub(super) const SECRET: &[u8] = b"radsec";

/// Asks once over a connection of its own. TCP repeats what is lost, so a second try would help nobody.
pub(super) async fn exchange(
    address: SocketAddr,
    judge: &Judge<'_>,
    rad_sec: &RadSec,
    time_out: Duration,
) -> Result<Reply, Failure> {
    let mut ignored = Ignored::default();
    match timeout(time_out, ask(address, judge, rad_sec, &mut ignored)).await {
        Ok(reply) => reply,
        Err(_) => Err(Failure::Silence(ignored)),
    }
}

async fn ask(
    address: SocketAddr,
    judge: &Judge<'_>,
    rad_sec: &RadSec,
    ignored: &mut Ignored,
) -> Result<Reply, Failure> {
    let connector = tls::connector(rad_sec).map_err(|_| Failure::Settings)?;
    let name = tls::server_name(rad_sec).map_err(|_| Failure::Settings)?;
    let stream = TcpStream::connect(address).await?;
    let mut stream = connector.connect(name, stream).await?;
    stream.write_all(judge.request()).await?;
    stream.flush().await?;
    loop {
        let packet = read_packet(&mut stream).await?;
        match judge.judge(&packet) {
            Ok(reply) => return Ok(reply),
            Err(reason) => ignored.add(&reason),
        }
    }
}

/// Reads as many bytes as the packet says that it has. A wrong length ends the connection: RFC 6613 §2.6.4.
async fn read_packet(stream: &mut (impl AsyncRead + Unpin)) -> Result<Vec<u8>, Error> {
    let mut packet = vec![0; 4];
    stream.read_exact(&mut packet).await?;
    let length = usize::from(u16::from_be_bytes([packet[2], packet[3]]));
    if !(HEADER..=LONGEST).contains(&length) {
        return Err(Error::new(ErrorKind::InvalidData, "not a RADIUS packet"));
    }
    packet.resize(length, 0);
    stream.read_exact(&mut packet[4..]).await?;
    Ok(packet)
}
