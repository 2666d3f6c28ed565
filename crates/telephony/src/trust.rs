//! Whom we believe to be the server that we meant to reach. There is no way to believe everybody.

use std::io;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Reads the authorities of a PEM text.
pub(crate) fn roots_of(pem: &str) -> Result<RootCertStore, &'static str> {
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

/// TLS 1.2 or 1.3 with these authorities, or with those of the machine where there are none.
pub fn client(authorities: Option<&str>) -> io::Result<ClientConfig> {
    let roots = match authorities {
        Some(pem) => roots_of(pem).map_err(io::Error::other)?,
        None => machine_roots(),
    };
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

/// What is wrong with the certificate of the other side, and what to do, if that is why a connection failed.
pub fn certificate_problem(causes: &str) -> Option<&'static str> {
    let says = |words: &[&str]| words.iter().any(|word| causes.contains(word));
    if says(&["UnknownIssuer", "BadSignature"]) {
        Some("its certificate is not vouched for by an authority that is trusted here; import the right one")
    } else if says(&["Expired", "expired"]) {
        Some("its certificate has expired; give it a new one")
    } else if says(&["NotValidForName", "not valid for name"]) {
        Some("its certificate is for another host name; use the name that is in it")
    } else if says(&["CaUsedAsEndEntity"]) {
        Some("its certificate is one of an authority; give it one of its own")
    } else {
        None
    }
}

/// A machine without authorities trusts nobody, and the handshake says so.
fn machine_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}
