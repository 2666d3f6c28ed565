use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use super::settings::{RadSec, RadSecIdentity};

/// Which of the TLS settings is not right.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum TlsProblem {
    ServerName,
    Ca,
    Certificate,
    Key,
}

impl TlsProblem {
    pub(super) const fn field(self) -> &'static str {
        match self {
            Self::ServerName => "server_name",
            Self::Ca => "ca",
            Self::Certificate => "certificate",
            Self::Key => "key",
        }
    }

    pub(super) const fn advice(self) -> &'static str {
        match self {
            Self::ServerName => "Enter the name or the address that stands in the server's certificate.",
            Self::Ca => {
                "Paste the certificate of the authority that signed the server's certificate, as PEM."
            }
            Self::Certificate => "Paste the client certificate with its chain as PEM.",
            Self::Key => "Paste the private key of the client certificate as PEM, without a passphrase.",
        }
    }
}

pub(super) fn server_name(rad_sec: &RadSec) -> Result<ServerName<'static>, TlsProblem> {
    ServerName::try_from(rad_sec.server_name.clone()).map_err(|_| TlsProblem::ServerName)
}

/// TLS 1.2 or 1.3 with the authorities of the settings and no others.
pub(super) fn connector(rad_sec: &RadSec) -> Result<TlsConnector, TlsProblem> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(&rad_sec.ca).ok_or(TlsProblem::Ca)? {
        roots.add(authority).map_err(|_| TlsProblem::Ca)?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider has the suites of TLS 1.2 and 1.3")
        .with_root_certificates(roots);
    let config = match &rad_sec.identity {
        Some(RadSecIdentity { certificate, key }) => {
            let chain = certificates(certificate).ok_or(TlsProblem::Certificate)?;
            let key = PrivateKeyDer::from_pem_slice(key.expose().as_bytes()).map_err(|_| TlsProblem::Key)?;
            config
                .with_client_auth_cert(chain, key)
                .map_err(|_| TlsProblem::Key)?
        }
        None => config.with_no_client_auth(),
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The certificates of a PEM text, if there is at least one and all can be read.
fn certificates(pem: &str) -> Option<Vec<CertificateDer<'static>>> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    certificates.ok().filter(|certificates| !certificates.is_empty())
}
