use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use portcullis_testkit::security_key::{Cbor, How, TestKey};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue, IsCa, Issuer,
    KeyPair, KeyUsagePurpose,
};
use uuid::Uuid;

use crate::KeyModel;

/// `id-fido-gen-ce-aaguid`, `WebAuthn` level 2 §8.2.1.
const AAGUID: [u64; 10] = [1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];

/// A maker of security keys, with a root certificate and one model.
pub(super) struct Vendor {
    pub(super) aaguid: [u8; 16],
    pub(super) certificate: Vec<u8>,
    pub(super) root: String,
    pub(super) pair: EcdsaKeyPair,
}

impl Vendor {
    pub(super) fn new(name: &str, aaguid: [u8; 16]) -> Self {
        let root_key = KeyPair::generate().unwrap();
        let mut root = params(name, "Root");
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let root_pem = root.self_signed(&root_key).unwrap().pem();
        let key = KeyPair::generate().unwrap();
        let mut leaf = params(name, "Model");
        leaf.is_ca = IsCa::ExplicitNoCa;
        leaf.custom_extensions = vec![CustomExtension::from_oid_content(
            &AAGUID,
            [vec![4, 16], aaguid.to_vec()].concat(),
        )];
        let issuer = Issuer::new(root, root_key);
        let certificate = leaf.signed_by(&key, &issuer).unwrap().der().to_vec();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &key.serialize_der()).unwrap();
        Self {
            aaguid,
            certificate,
            root: root_pem,
            pair,
        }
    }

    pub(super) fn model(&self) -> KeyModel {
        KeyModel {
            aaguid: Uuid::from_bytes(self.aaguid),
            root: self.root.clone(),
        }
    }

    /// The answer of one of its keys to registration options.
    pub(super) fn attest(&self, key: &TestKey, options: &str, how: &How) -> String {
        key.create_packed(options, how, self.aaguid, |bytes| {
            Cbor::map([
                ("alg".into(), Cbor::from(-7)),
                ("sig".into(), Cbor::bytes(&self.sign(bytes))),
                ("x5c".into(), Cbor::list([Cbor::bytes(&self.certificate)])),
            ])
        })
    }

    fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.pair
            .sign(&SystemRandom::new(), bytes)
            .unwrap()
            .as_ref()
            .to_vec()
    }
}

fn params(vendor: &str, name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    let subject = [
        (DnType::CountryName, "CH"),
        (DnType::OrganizationName, vendor),
        (DnType::OrganizationalUnitName, "Authenticator Attestation"),
        (DnType::CommonName, name),
    ];
    for (kind, text) in subject {
        let value = match kind {
            DnType::CountryName => DnValue::PrintableString(text.try_into().unwrap()),
            _ => DnValue::Utf8String(text.to_owned()),
        };
        params.distinguished_name.push(kind, value);
    }
    params
}
