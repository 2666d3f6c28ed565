use std::io;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::settings::TrunkSettings;
use crate::trust;

/// Encrypts a connection to a server that proves the name of the settings.
pub(super) async fn connect(stream: TcpStream, settings: &TrunkSettings) -> io::Result<TlsStream<TcpStream>> {
    let config = trust::client(settings.authorities.as_deref())?;
    // RFC 5922: the name is that of the domain one calls, and many providers have one for the host only.
    let name = ServerName::try_from(settings.host.clone()).map_err(io::Error::other)?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}
