use std::fs;
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};

/// The certificates of one mail server, written into its folder.
pub(super) struct Certificates {
    pub(super) ca_pem: String,
}

impl Certificates {
    pub(super) fn write(folder: &Path) -> Self {
        let authority = Authority::new("Mail Test Authority");
        let stranger = Authority::new("Nobody's Authority");
        let localhost = || params(&["localhost", "127.0.0.1"]);
        let mut expired = localhost();
        expired.not_before = date_time_ymd(2020, 1, 1);
        expired.not_after = date_time_ymd(2020, 2, 1);
        authority.issue(folder, "good", &localhost());
        authority.issue(folder, "wrong_name", &params(&["other.example.test"]));
        authority.issue(folder, "expired", &expired);
        stranger.issue(folder, "untrusted", &localhost());
        Self {
            ca_pem: authority.pem,
        }
    }
}

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = params(&[]);
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = key();
        let pem = params
            .self_signed(&key)
            .expect("a certificate can sign itself")
            .pem();
        Self {
            issuer: Issuer::new(params, key),
            pem,
        }
    }

    fn issue(&self, folder: &Path, name: &str, params: &CertificateParams) {
        let key = key();
        let certificate = params
            .signed_by(&key, &self.issuer)
            .expect("the authority can sign");
        for (extension, pem) in [("pem", certificate.pem()), ("key", key.serialize_pem())] {
            fs::write(folder.join(name).with_extension(extension), pem)
                .expect("the folder of the test can be written");
        }
    }
}

fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    CertificateParams::new(names).expect("the names are proper")
}

fn key() -> KeyPair {
    KeyPair::generate().expect("a key can be made")
}
