use std::fmt;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::transcript::Transcript;

/// A connection that writes down what is said, and that can be encrypted while lettre talks over it.
///
/// Lettre's own STARTTLS would keep what an attacker sent in clear right after the server's last reply in clear, and
/// take it for the first reply that is encrypted.
#[derive(Clone)]
pub(crate) struct Wire {
    stream: Arc<Mutex<Option<Box<dyn Stream>>>>,
    peer: SocketAddr,
    transcript: Transcript,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Wire {
    pub(crate) fn new(stream: TcpStream, transcript: Transcript) -> io::Result<Self> {
        Ok(Self {
            peer: stream.peer_addr()?,
            stream: Arc::new(Mutex::new(Some(Box::new(stream)))),
            transcript,
        })
    }

    /// Shakes hands. The connection is gone if that fails.
    pub(crate) async fn encrypt(&self, connector: TlsConnector, name: ServerName<'static>) -> io::Result<()> {
        let stream = self.slot().take().ok_or_else(gone)?;
        let stream = connector.connect(name, stream).await?;
        let version = stream.get_ref().1.protocol_version();
        let version = match version {
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2",
            _ => "TLS",
        };
        self.transcript
            .note(&format!("encrypted with {version}; the certificate is accepted"));
        *self.slot() = Some(Box::new(stream));
        Ok(())
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Box<dyn Stream>>> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, act: impl FnOnce(Pin<&mut dyn Stream>) -> Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match self.slot().as_mut() {
            Some(stream) => act(Pin::new(&mut **stream)),
            None => Poll::Ready(Err(gone())),
        }
    }
}

fn gone() -> io::Error {
    io::Error::new(ErrorKind::NotConnected, "the connection was given up")
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wire to {}", self.peer)
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = self.with(|stream| stream.poll_read(cx, buf));
        if let Poll::Ready(Ok(())) = polled
            && !self.transcript.received(&buf.filled()[before..])
        {
            let error = io::Error::new(ErrorKind::InvalidData, "not a reply of a mail server");
            return Poll::Ready(Err(error));
        }
        polled
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = self.with(|stream| stream.poll_write(cx, bytes));
        if let Poll::Ready(Ok(written)) = polled {
            self.transcript.sent(&bytes[..written]);
        }
        polled
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_shutdown(cx))
    }
}
