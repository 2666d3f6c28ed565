//! The agent's own authority and certificate, where it has none from elsewhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

use crate::open::private_folder;
use crate::tls::{LIFE, is_fresh, write_private};

/// The authority is imported into the server by hand: it lives long.
const AUTHORITY_LIFE: Duration = Duration::from_hours(3650 * 24);

/// The files of the agent's certificates.
pub(super) struct Authority {
    folder: PathBuf,
}

impl Authority {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// What the server has to trust.
    pub(super) fn file(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    pub(super) fn certificate(&self) -> PathBuf {
        self.folder.join("certificate.pem")
    }

    pub(super) fn key(&self) -> PathBuf {
        self.folder.join("key.pem")
    }

    fn authority_key(&self) -> PathBuf {
        self.folder.join("ca-key.pem")
    }

    /// Makes what is missing. The authority stays, so that the server need not be told again.
    pub(super) fn make(&self, name: &str) -> anyhow::Result<()> {
        private_folder(&self.folder)?;
        if !self.file().exists() || !self.authority_key().exists() {
            let pair = KeyPair::generate()?;
            write_private(&self.authority_key(), &pair.serialize_pem())?;
            write_private(&self.file(), &authority().self_signed(&pair)?.pem())?;
        }
        self.renew(name)
    }

    /// Makes another certificate if there is none, or it is old.
    pub(super) fn keep_fresh(&self, name: &str) -> anyhow::Result<bool> {
        if is_fresh(&self.certificate()) {
            return Ok(false);
        }
        self.renew(name)?;
        Ok(true)
    }

    fn renew(&self, name: &str) -> anyhow::Result<()> {
        let issuer = Issuer::new(authority(), KeyPair::from_pem(&read(&self.authority_key())?)?);
        let pair = KeyPair::generate()?;
        let mut names = vec![name.to_owned()];
        names.extend(["localhost", "127.0.0.1"].map(str::to_owned));
        names.dedup();
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let now = SystemTime::now();
        params.not_before = (now - Duration::from_hours(1)).into();
        params.not_after = (now + LIFE).into();
        let made = params.signed_by(&pair, &issuer)?;
        write_private(&self.key(), &pair.serialize_pem())?;
        write_private(&self.certificate(), &made.pem())
    }
}

fn authority() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "Portcullis phone agent");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let now = SystemTime::now();
    params.not_before = (now - Duration::from_hours(1)).into();
    params.not_after = (now + AUTHORITY_LIFE).into();
    params
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}
