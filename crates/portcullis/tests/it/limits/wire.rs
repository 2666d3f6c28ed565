use std::sync::Arc;

use portcullis_testkit::server::Server;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A TLS connection on which a test says HTTP/1.1 byte by byte.
pub(crate) struct Wire {
    reading: ReadHalf<TlsStream<TcpStream>>,
    writing: WriteHalf<TlsStream<TcpStream>>,
}

impl Wire {
    pub(crate) async fn connect(server: &Server) -> Self {
        let mut roots = RootCertStore::empty();
        let own = CertificateDer::from_pem_file(server.installation.certificate()).unwrap();
        roots.add(own).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(server.address().authority()).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
            .unwrap();
        let (reading, writing) = tokio::io::split(stream);
        Self { reading, writing }
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.writing.write_all(bytes).await?;
        self.writing.flush().await
    }

    /// Resolves when the server has said all that it will.
    pub(crate) async fn closed(&mut self) {
        let mut rest = Vec::new();
        let _ = self.reading.read_to_end(&mut rest).await;
    }

    /// Everything until the server closes.
    pub(crate) async fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        let _ = self.reading.read_to_end(&mut rest).await;
        String::from_utf8_lossy(&rest).into_owned()
    }

    /// The status of the next answer.
    pub(crate) async fn status(&mut self) -> Option<u16> {
        status(&mut self.reading).await
    }

    /// Sends mebibytes until the server answers; gives the status.
    pub(crate) async fn pour(mut self, chunked: bool, mebibytes: usize) -> Option<u16> {
        let mut writing = self.writing;
        let pouring = tokio::spawn(async move {
            let mebibyte = vec![b'a'; 1 << 20];
            for _ in 0..mebibytes {
                if chunked {
                    writing.write_all(b"100000\r\n").await?;
                }
                writing.write_all(&mebibyte).await?;
                if chunked {
                    writing.write_all(b"\r\n").await?;
                }
            }
            writing.flush().await
        });
        let status = status(&mut self.reading).await;
        pouring.abort();
        status
    }
}

async fn status(reading: &mut ReadHalf<TlsStream<TcpStream>>) -> Option<u16> {
    let mut line = Vec::new();
    while let Ok(byte) = reading.read_u8().await {
        if byte == b'\n' {
            break;
        }
        line.push(byte);
    }
    String::from_utf8(line).ok()?.split(' ').nth(1)?.parse().ok()
}
