//! The server's own certificate.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::config::Config;
use crate::open::private_folder;

/// How long a self-signed certificate lives; browsers refuse more than 398 days.
pub(crate) const LIFE: Duration = Duration::from_hours(397 * 24);
/// How old one may get before the next start makes another.
const RENEW_AFTER: Duration = Duration::from_hours(330 * 24);

/// The certificate in use; it can be changed while the server runs.
#[derive(Debug)]
pub(crate) struct Certificate {
    current: RwLock<Arc<CertifiedKey>>,
}

impl Certificate {
    pub(crate) fn open(config: &Config) -> anyhow::Result<Arc<Self>> {
        Ok(Arc::new(Self {
            current: RwLock::new(Arc::new(read_or_make(config)?)),
        }))
    }

    /// Of files that somebody else makes.
    pub(crate) fn of_files(certificate: &Path, key: &Path) -> anyhow::Result<Arc<Self>> {
        Ok(Arc::new(Self {
            current: RwLock::new(Arc::new(read(certificate, key)?)),
        }))
    }

    /// The same files again. If they are not usable the present certificate stays.
    pub(crate) fn reload_files(&self, certificate: &Path, key: &Path) -> anyhow::Result<()> {
        let fresh = Arc::new(read(certificate, key)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Reads the files again. If they are not usable the present certificate stays.
    pub(crate) fn reload(&self, config: &Config) -> anyhow::Result<()> {
        let fresh = Arc::new(read_or_make(config)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    pub(crate) fn server_config(self: &Arc<Self>) -> ServerConfig {
        let resolver: Arc<dyn ResolvesServerCert> = Arc::<Self>::clone(self);
        let mut server = ServerConfig::builder()
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        server
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(
            &self.current.read().unwrap_or_else(PoisonError::into_inner),
        ))
    }
}

fn read_or_make(config: &Config) -> anyhow::Result<CertifiedKey> {
    if let Some((certificate, key)) = &config.certificate {
        return read(certificate, key);
    }
    let folder = config.tls_folder();
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    if !is_fresh(&certificate) || !key.exists() {
        make(config, &certificate, &key)?;
    }
    read(&certificate, &key)
}

pub(crate) fn is_fresh(certificate: &Path) -> bool {
    let Ok(made) = fs::metadata(certificate).and_then(|file| file.modified()) else {
        return false;
    };
    SystemTime::now()
        .duration_since(made)
        .is_ok_and(|age| age < RENEW_AFTER)
}

fn make(config: &Config, certificate: &Path, key: &Path) -> anyhow::Result<()> {
    private_folder(&config.tls_folder())?;
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    let host = host_of(&config.base_url);
    if !names.contains(&host) {
        names.push(host);
    }
    let pair = KeyPair::generate()?;
    let mut params = CertificateParams::new(names)?;
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, config.site_name.as_str());
    let now = SystemTime::now();
    params.not_before = (now - Duration::from_hours(1)).into();
    params.not_after = (now + LIFE).into();
    let own = params.self_signed(&pair)?;
    write_private(key, &pair.serialize_pem())?;
    write_private(certificate, &own.pem())
}

fn host_of(base_url: &str) -> String {
    let authority = base_url
        .trim_start_matches("https://")
        .split('/')
        .next()
        .unwrap_or_default();
    match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default().to_owned(),
        None => authority.split(':').next().unwrap_or_default().to_owned(),
    }
}

pub(crate) fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    file.write_all(text.as_bytes())?;
    Ok(file.sync_all()?)
}

fn read(certificate: &Path, key: &Path) -> anyhow::Result<CertifiedKey> {
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("{} is not a PEM certificate chain", certificate.display()))?;
    if chain.is_empty() {
        bail!("{} holds no certificate", certificate.display());
    }
    let private = PrivateKeyDer::from_pem_file(key)
        .with_context(|| format!("{} is not a PEM private key", key.display()))?;
    let certified = CertifiedKey::new(chain, any_supported_type(&private)?);
    certified
        .keys_match()
        .context("the certificate and the private key do not belong together")?;
    Ok(certified)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_address_is_without_port_and_brackets() {
        assert_eq!(host_of("https://vault.example:7272"), "vault.example");
        assert_eq!(host_of("https://[::1]:7272/x"), "::1");
    }
}
