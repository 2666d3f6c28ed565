//! A telephone with a parser of its own, which each test plays by hand, well or badly.

mod media;
mod message;
mod tls;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use media::Media;
pub(crate) use message::{Message, Path};
pub(crate) use tls::Authority;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// The far end of a trunk. It answers OPTIONS by itself and leaves everything else to the test.
pub(crate) struct Phone {
    pub(crate) address: SocketAddr,
    pub(crate) tag: &'static str,
    incoming: mpsc::UnboundedReceiver<Message>,
    passed_over: VecDeque<Message>,
}

impl Phone {
    pub(crate) async fn udp() -> Self {
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
        let address = socket.local_addr().unwrap();
        let (out, incoming) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut buffer = vec![0; 65_535];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                let path = Path::Datagram(Arc::clone(&socket), from);
                let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
                take(Message::parse(&text, path), &out).await;
            }
        });
        Self::of(address, incoming)
    }

    pub(crate) async fn tcp() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (out, incoming) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(read(stream, out.clone()));
            }
        });
        Self::of(address, incoming)
    }

    /// Shows a certificate for `name`.
    pub(crate) async fn tls(authority: &Authority, name: &str) -> Self {
        let acceptor = authority.acceptor(name);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (out, incoming) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Ok(stream) = acceptor.accept(stream).await {
                    tokio::spawn(read(stream, out.clone()));
                }
            }
        });
        Self::of(address, incoming)
    }

    fn of(address: SocketAddr, incoming: mpsc::UnboundedReceiver<Message>) -> Self {
        Self {
            address,
            tag: "phone",
            incoming,
            passed_over: VecDeque::new(),
        }
    }

    /// The next message that begins with `what`: a method, or `SIP/2.0 200`.
    pub(crate) async fn expect(&mut self, what: &str) -> Message {
        let found = self.passed_over.iter().position(|message| message.is(what));
        if let Some(message) = found.and_then(|place| self.passed_over.remove(place)) {
            return message;
        }
        loop {
            let message = timeout(PATIENCE, self.incoming.recv()).await;
            let message =
                message.unwrap_or_else(|_| panic!("{what} did not come; there was {:?}", self.seen()));
            let message = message.expect("the telephone listens");
            if message.is(what) {
                return message;
            }
            self.passed_over.push_back(message);
        }
    }

    /// Whether such a message comes within `wait`.
    pub(crate) async fn comes(&mut self, what: &str, wait: Duration) -> bool {
        timeout(wait, self.expect(what)).await.is_ok()
    }

    fn seen(&self) -> Vec<&str> {
        self.passed_over
            .iter()
            .map(|message| message.start.as_str())
            .collect()
    }

    pub(crate) async fn reply(&self, request: &Message, status: &str, more: &str, body: &str) {
        request.reply(status, self.tag, &self.contact(), more, body).await;
    }

    /// Rings, answers with this voice and waits for the ACK.
    pub(crate) async fn answer(&mut self, invite: &Message, media: &Media) {
        self.reply(invite, "180 Ringing", "", "").await;
        self.reply(invite, "200 OK", "", &media.sdp()).await;
        self.expect("ACK").await;
    }

    /// Waits for the call to be hung up and says yes.
    pub(crate) async fn end(&mut self) {
        let bye = self.expect("BYE").await;
        self.reply(&bye, "200 OK", "", "").await;
    }

    /// Sends a request within the call of `invite`.
    pub(crate) async fn send(&self, invite: &Message, method: &str, sequence: u32, more: &str, body: &str) {
        let text = invite.turned(
            method,
            self.tag,
            self.address,
            &self.contact(),
            sequence,
            more,
            body,
        );
        invite.path.send(&text).await;
    }

    pub(crate) fn contact(&self) -> String {
        format!("<sip:phone@{}>", self.address)
    }
}

async fn take(message: Option<Message>, out: &mpsc::UnboundedSender<Message>) {
    let Some(message) = message else { return };
    if message.is("OPTIONS") {
        message
            .reply("200 OK", "options", "<sip:phone@127.0.0.1>", "", "")
            .await;
    } else {
        let _ = out.send(message);
    }
}

/// Cuts a stream into messages.
async fn read(stream: impl AsyncRead + AsyncWrite + Send + 'static, out: mpsc::UnboundedSender<Message>) {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let (to_send, mut sending) = mpsc::unbounded_channel::<Option<String>>();
    let output = tokio::spawn(async move {
        // Nothing instead of a text closes the connection.
        while let Some(Some(text)) = sending.recv().await {
            if writer.write_all(text.as_bytes()).await.is_err() {
                return;
            }
            let _ = writer.flush().await;
        }
    });
    let mut text = String::new();
    let mut buffer = [0; 16_384];
    loop {
        let length = tokio::select! {
            length = reader.read(&mut buffer) => length.unwrap_or(0),
            () = to_send.closed() => 0,
        };
        if length == 0 {
            break;
        }
        text += &String::from_utf8_lossy(&buffer[..length]);
        text = text.trim_start_matches("\r\n").to_owned();
        while let Some(end) = message::length(&text) {
            let rest = text.split_off(end);
            take(Message::parse(&text, Path::Stream(to_send.clone())), &out).await;
            text = rest;
        }
    }
    output.abort();
}
