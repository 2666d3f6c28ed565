use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use crate::setup::Setup;

/// Reads the authorities of a PEM text.
pub(crate) fn roots_of(pem: &str) -> Result<RootCertStore, &'static str> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|_| "must be certificates in PEM form")?;
        roots
            .add(certificate)
            .map_err(|_| "holds a certificate that cannot be read")?;
    }
    if roots.is_empty() {
        return Err("must hold a certificate, from `-----BEGIN CERTIFICATE-----` on");
    }
    Ok(roots)
}

/// Trusts the authorities of the settings, or else those of the machine as they are now.
pub(crate) fn connector(setup: &Setup) -> Result<TlsConnector, rustls::Error> {
    let roots = setup
        .own_roots
        .clone()
        .unwrap_or_else(|| Arc::new(machine_roots()));
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// A machine without authorities trusts nobody, and the handshake says so.
fn machine_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}
