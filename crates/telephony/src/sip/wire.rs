//! The connection to a trunk: messages in, bytes out.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use sipx_sip::{Limits, Message, Reliability, StreamParser, parse_datagram};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream, UdpSocket, lookup_host};
use tokio::sync::mpsc;

use super::settings::{Transport, TrunkSettings};
use super::tls;

/// How many messages may wait to be looked at. Whoever sends more is slowed down or loses them.
const WAITING: usize = 256;
/// RFC 5626, section 4.4.1: two line ends keep a connection open.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
const LONGEST: usize = 65_535;

/// Ends when both its ends are dropped.
pub(super) struct Wire {
    pub(super) local: SocketAddr,
    pub(super) reliability: Reliability,
    pub(super) outgoing: mpsc::UnboundedSender<Bytes>,
    /// Closed when the connection is lost.
    pub(super) incoming: mpsc::Receiver<Incoming>,
}

#[derive(Debug)]
pub(super) enum Incoming {
    Message(Box<Message>),
    /// Nobody listens at the other end.
    Refused,
}

impl Wire {
    /// Connects to the first address of the host that answers.
    pub(super) async fn connect(settings: &TrunkSettings) -> io::Result<Self> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
        for address in lookup_host((settings.host.as_str(), settings.port())).await? {
            match Self::connect_to(address, settings).await {
                Ok(wire) => return Ok(wire),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn connect_to(address: SocketAddr, settings: &TrunkSettings) -> io::Result<Self> {
        let any = match address {
            SocketAddr::V4(_) => IpAddr::from(Ipv4Addr::UNSPECIFIED),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let bound = SocketAddr::new(settings.local.unwrap_or(any), 0);
        let (outgoing, to_send) = mpsc::unbounded_channel();
        let (received, incoming) = mpsc::channel(WAITING);
        let (local, reliability) = if settings.transport == Transport::Udp {
            // A connected socket: the kernel drops every other source and tells when nobody listens.
            let socket = UdpSocket::bind(bound).await?;
            socket.connect(address).await?;
            let local = socket.local_addr()?;
            tokio::spawn(datagrams(socket, to_send, received));
            (local, Reliability::Unreliable)
        } else {
            let stream = connect_stream(address, bound).await?;
            let local = stream.local_addr()?;
            if settings.transport == Transport::Tls {
                let stream = tls::connect(stream, settings).await?;
                tokio::spawn(messages(stream, to_send, received));
            } else {
                tokio::spawn(messages(stream, to_send, received));
            }
            (local, Reliability::Reliable)
        };
        Ok(Self {
            local,
            reliability,
            outgoing,
            incoming,
        })
    }
}

async fn connect_stream(address: SocketAddr, bound: SocketAddr) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.bind(bound)?;
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn datagrams(
    socket: UdpSocket,
    mut to_send: mpsc::UnboundedReceiver<Bytes>,
    received: mpsc::Sender<Incoming>,
) {
    let mut buffer = vec![0; LONGEST];
    loop {
        let news = tokio::select! {
            bytes = to_send.recv() => match bytes {
                Some(bytes) => socket.send(&bytes).await.err().map(|_| Incoming::Refused),
                None => return,
            },
            length = socket.recv(&mut buffer) => match length {
                Ok(length) => parse_datagram(Bytes::copy_from_slice(&buffer[..length]), &Limits::datagram())
                    .ok()
                    .map(|message| Incoming::Message(Box::new(message))),
                Err(_) => Some(Incoming::Refused),
            },
        };
        // Who is flooded may lose datagrams.
        if let Some(Err(mpsc::error::TrySendError::Closed(_))) = news.map(|news| received.try_send(news)) {
            return;
        }
    }
}

async fn messages<S: AsyncRead + AsyncWrite>(
    stream: S,
    mut to_send: mpsc::UnboundedReceiver<Bytes>,
    received: mpsc::Sender<Incoming>,
) {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let limits = Limits {
        max_message_bytes: LONGEST,
        max_body_bytes: LONGEST,
        ..Limits::stream()
    };
    let mut parser = StreamParser::new(limits);
    let mut buffer = vec![0; 16_384];
    loop {
        tokio::select! {
            bytes = to_send.recv() => {
                let Some(bytes) = bytes else {
                    let _ = writer.shutdown().await;
                    return;
                };
                if writer.write_all(&bytes).await.is_err() || writer.flush().await.is_err() {
                    return;
                }
            }
            length = reader.read(&mut buffer) => {
                let Ok(length @ 1..) = length else { return };
                // What cannot be read has no next message.
                let Ok(messages) = parser.push(&buffer[..length]) else { return };
                for message in messages {
                    if received.send(Incoming::Message(Box::new(message))).await.is_err() {
                        return;
                    }
                }
            }
            () = tokio::time::sleep(KEEP_ALIVE) => {
                if writer.write_all(b"\r\n\r\n").await.is_err() || writer.flush().await.is_err() {
                    return;
                }
            }
        }
    }
}
