use std::io;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::settings::TrunkSettings;

/// Reads the authorities of a PEM text.
pub(super) fn roots_of(pem: &str) -> Result<RootCertStore, &'static str> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|_| "must be certificates in PEM form")?;
        roots
            .add(certificate)
            .map_err(|_| "hold a certificate that cannot be read")?;
    }
    if roots.is_empty() {
        return Err("must hold a certificate, from `-----BEGIN CERTIFICATE-----` on");
    }
    Ok(roots)
}

/// Encrypts a connection to a server that proves the name of the settings.
pub(super) async fn connect(stream: TcpStream, settings: &TrunkSettings) -> io::Result<TlsStream<TcpStream>> {
    let roots = match &settings.authorities {
        Some(pem) => roots_of(pem).map_err(io::Error::other)?,
        None => machine_roots(),
    };
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    // RFC 5922: the name is that of the domain one calls, and many providers have one for the host only.
    let name = ServerName::try_from(settings.host.clone()).map_err(io::Error::other)?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// A machine without authorities trusts nobody, and the handshake says so.
fn machine_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}
