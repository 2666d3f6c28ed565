//! A security key in software that also does what no honest one would.

mod cbor;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

pub use cbor::Cbor;

const UP: u8 = 0x01;
const UV: u8 = 0x04;
const AT: u8 = 0x40;

/// A security key with its browser, both of which do whatever `How` says.
pub struct TestKey {
    pair: EcdsaKeyPair,
    id: Vec<u8>,
}

/// How key and browser behave; the default is what honest ones do.
#[derive(Clone, Debug)]
pub struct How {
    pub origin: String,
    pub cross_origin: Value,
    pub rp_id: String,
    pub kind: Option<&'static str>,
    pub present: bool,
    pub verified: bool,
    pub counter: u32,
    pub user_handle: Option<Vec<u8>>,
    /// What the browser says of a new key: whether it can be found without its id.
    pub discoverable: Option<bool>,
    /// COSE number of the algorithm; other than -7 the key is one of Ed25519.
    pub algorithm: i64,
}

impl Default for How {
    fn default() -> Self {
        Self {
            origin: "https://pw.example.org:7272".to_owned(),
            cross_origin: json!(false),
            rp_id: "pw.example.org".to_owned(),
            kind: None,
            present: true,
            verified: true,
            counter: 1,
            user_handle: None,
            discoverable: None,
            algorithm: -7,
        }
    }
}

impl TestKey {
    /// A new key, whose id comes from `name`.
    pub fn new(name: &str) -> Self {
        Self {
            pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key can be drawn"),
            id: digest(&SHA256, name.as_bytes()).as_ref().to_vec(),
        }
    }

    /// As browsers write it.
    pub fn id(&self) -> String {
        BASE64URL_NOPAD.encode(&self.id)
    }

    /// The answer to registration options, without attestation.
    pub fn create(&self, options: &str, how: &How) -> String {
        let data = self.registration_data(how, [0; 16]);
        let client = client_data("webauthn.create", options, how);
        self.registration("none", &Cbor::map([]), &data, &client, how)
    }

    /// The same from a key of the model `aaguid`. `statement` makes the attestation of the bytes that it signs.
    pub fn create_packed(
        &self,
        options: &str,
        how: &How,
        aaguid: [u8; 16],
        statement: impl FnOnce(&[u8]) -> Cbor,
    ) -> String {
        let data = self.registration_data(how, aaguid);
        let client = client_data("webauthn.create", options, how);
        let statement = statement(&signed(&data, &client));
        self.registration("packed", &statement, &data, &client, how)
    }

    /// The same with an attestation that the key made up itself.
    pub fn create_self_attested(&self, options: &str, how: &How, aaguid: [u8; 16]) -> String {
        self.create_packed(options, how, aaguid, |bytes| {
            Cbor::map([
                ("alg".into(), Cbor::from(-7)),
                ("sig".into(), Cbor::bytes(&self.sign(bytes))),
            ])
        })
    }

    /// The answer to request options.
    pub fn get(&self, options: &str, how: &How) -> String {
        let data = authenticator_data(how, 0);
        let client = client_data("webauthn.get", options, how);
        let signature = self.sign(&signed(&data, &client));
        json!({
            "id": self.id(),
            "rawId": self.id(),
            "type": "public-key",
            "authenticatorAttachment": "cross-platform",
            "clientExtensionResults": {},
            "response": {
                "authenticatorData": BASE64URL_NOPAD.encode(&data),
                "clientDataJSON": BASE64URL_NOPAD.encode(&client),
                "signature": BASE64URL_NOPAD.encode(&signature),
                "userHandle": how.user_handle.as_ref().map(|handle| BASE64URL_NOPAD.encode(handle)),
            },
        })
        .to_string()
    }

    fn registration(&self, format: &str, statement: &Cbor, data: &[u8], client: &[u8], how: &How) -> String {
        let results = match how.discoverable {
            Some(discoverable) => json!({ "credProps": { "rk": discoverable } }),
            None => json!({}),
        };
        let object = Cbor::map([
            ("fmt".into(), format.into()),
            ("attStmt".into(), statement.clone()),
            ("authData".into(), Cbor::bytes(data)),
        ]);
        json!({
            "id": self.id(),
            "rawId": self.id(),
            "type": "public-key",
            "clientExtensionResults": results,
            "response": {
                "attestationObject": BASE64URL_NOPAD.encode(object.encoded()),
                "clientDataJSON": BASE64URL_NOPAD.encode(client),
                "transports": ["usb"],
            },
        })
        .to_string()
    }

    fn registration_data(&self, how: &How, aaguid: [u8; 16]) -> Vec<u8> {
        let mut data = authenticator_data(how, AT);
        data.extend(aaguid);
        data.extend(
            u16::try_from(self.id.len())
                .expect("an id has 32 bytes")
                .to_be_bytes(),
        );
        data.extend(&self.id);
        data.extend(self.public_key(how.algorithm).encoded());
        data
    }

    /// RFC 9053 §7.
    fn public_key(&self, algorithm: i64) -> Cbor {
        let point = self.pair.public_key().as_ref();
        let (x, y) = (Cbor::bytes(&point[1..33]), Cbor::bytes(&point[33..]));
        if algorithm == -7 {
            let [kind, curve] = [2, 1].map(Cbor::from);
            Cbor::map([
                (1.into(), kind),
                (3.into(), algorithm.into()),
                ((-1).into(), curve),
                ((-2).into(), x),
                ((-3).into(), y),
            ])
        } else {
            let [kind, curve] = [1, 6].map(Cbor::from);
            Cbor::map([
                (1.into(), kind),
                (3.into(), algorithm.into()),
                ((-1).into(), curve),
                ((-2).into(), x),
            ])
        }
    }

    fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.pair
            .sign(&SystemRandom::new(), bytes)
            .expect("the key signs")
            .as_ref()
            .to_vec()
    }
}

fn client_data(kind: &str, options: &str, how: &How) -> Vec<u8> {
    let options: Value = serde_json::from_str(options).expect("options are JSON");
    json!({
        "type": how.kind.unwrap_or(kind),
        "challenge": options["publicKey"]["challenge"],
        "origin": how.origin,
        "crossOrigin": how.cross_origin,
    })
    .to_string()
    .into_bytes()
}

fn authenticator_data(how: &How, more: u8) -> Vec<u8> {
    let flags = [(how.present, UP), (how.verified, UV)];
    let flags = flags
        .iter()
        .filter(|(set, _)| *set)
        .fold(more, |all, (_, flag)| all | flag);
    let mut data = digest(&SHA256, how.rp_id.as_bytes()).as_ref().to_vec();
    data.push(flags);
    data.extend(how.counter.to_be_bytes());
    data
}

fn signed(data: &[u8], client: &[u8]) -> Vec<u8> {
    [data, digest(&SHA256, client).as_ref()].concat()
}
